// Every technique once and every death again and again, for each mechanism, with the control beside it. The whole
// matrix is `npm run test:gauntlet`.

import { expect } from 'chai';

import { itIf } from '../support/mechanisms.js';
import { runTrial } from './cell.js';
import { DEATHS } from './deaths.js';
import { TABLE_MECHANISMS } from './table.js';
import { matrix, sample } from './trials.js';

describe('the gauntlet', () => {
  for (const trial of sample()) {
    const { row, death, way } = trial;
    const missing = row.missing ?? row.around?.missing() ?? way.missing;
    itIf(missing, `${row.name}: nothing promised outlives ${death.code}, ${death.title} (${way.name})`, async () => {
      const cells = await runTrial(trial, TABLE_MECHANISMS);

      const wrong = cells.filter(({ outcome }) => outcome === 'LEAKS' || outcome === 'BROKEN');
      expect(wrong).to.deep.equal([]);
    });
  }

  for (const death of DEATHS) {
    const [trial] = matrix({ technique: 'setsid', death: death.code });
    itIf(trial?.way.missing, `${death.code}, ${death.title}: a member in a session of its own does not outlive it`, async () => {
      if (trial === undefined) throw new Error(`${death.code} comes in no way`);
      const cells = await runTrial(trial, TABLE_MECHANISMS);

      const wrong = cells.filter(({ outcome }) => outcome === 'LEAKS' || outcome === 'BROKEN');
      expect(wrong).to.deep.equal([]);
    });
  }
});
