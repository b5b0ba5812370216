// What options.containment accepts, which defaults it gets, and how a mistake is told.

import { expect } from 'chai';

import { ContainmentError } from '#lib/errors.js';
import { signalNumber, termsFrom } from '#lib/options.js';
import type { ContainmentOptions } from '#lib/types.js';

function failureOf(options: unknown, platform: NodeJS.Platform = 'linux'): Error & { code?: string } {
  try {
    termsFrom(options as ContainmentOptions, platform);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the options were accepted');
}

describe('the containment options', () => {
  it('have defaults', () => {
    expect(termsFrom(undefined, 'linux')).to.deep.equal({
      mechanisms: ['cgroup', 'subreaper'],
      refuse: [],
      owner: undefined,
      whenRootExits: 'kill',
      whenOwnerDies: 'kill',
      graceMs: 5000,
      label: undefined,
    });
  });

  it('take undefined for every default', () => {
    const options = { mechanism: undefined, strict: undefined, owner: undefined, grace: undefined, limits: undefined };

    expect(termsFrom(options, 'linux')).to.deep.equal(termsFrom({}, 'linux'));
  });

  const CANDIDATES: readonly [ContainmentOptions, NodeJS.Platform, readonly string[]][] = [
    [{ mechanism: 'auto' }, 'linux', ['cgroup', 'subreaper']],
    [{ mechanism: 'subreaper' }, 'linux', ['subreaper']],
    [{ strict: true }, 'linux', ['namespace']],
    [{ strict: true, mechanism: 'namespace' }, 'linux', ['namespace']],
  ];
  for (const [options, platform, mechanisms] of CANDIDATES) {
    it(`${JSON.stringify(options)} means ${mechanisms.join(', ')} on ${platform}`, () => {
      expect(termsFrom(options, platform).mechanisms).to.deep.equal(mechanisms);
    });
  }

  const MISTAKES: readonly [unknown, string][] = [
    [null, 'options.containment: expected an object, got null (null)'],
    [[], 'options.containment: expected an object, got an array (array)'],
    ['auto', 'options.containment: expected an object, got "auto" (string)'],
    [{ mechanism: 'docker' }, 'options.containment.mechanism: expected one of auto, job, cgroup'],
    [{ mechanism: 1 }, 'got 1 (number)'],
    [{ strict: 'yes' }, 'options.containment.strict: expected a boolean, got "yes" (string)'],
    [{ strict: true, mechanism: 'subreaper' }, 'expected auto or namespace together with strict, got "subreaper" (string)'],
    [{ refuse: 'broker' }, 'options.containment.refuse: expected an array of escape routes, got "broker" (string)'],
    [{ refuse: ['exit'] }, 'options.containment.refuse[0]: expected one of broker, gained-privilege'],
    [{ refuse: [undefined] }, 'options.containment.refuse[0]: expected one of'],
    [{ owner: 1 }, 'options.containment.owner: expected an object with a pid, got 1 (number)'],
    [{ owner: {} }, 'options.containment.owner.pid: expected a positive integer, got undefined (undefined)'],
    [{ owner: { pid: -1 } }, 'options.containment.owner.pid: expected a positive integer, got -1 (number)'],
    [{ owner: { pid: 1, startTime: 5 } }, 'options.containment.owner.startTime: expected a bigint of at least 0n, got 5 (number)'],
    [{ whenRootExits: 'stay' }, 'options.containment.whenRootExits: expected one of kill, terminate, wait, got "stay" (string)'],
    [{ whenOwnerDies: 'wait' }, 'options.containment.whenOwnerDies: expected one of kill, terminate, got "wait" (string)'],
    [{ grace: -1 }, 'options.containment.grace: expected milliseconds as an integer from 0 to 2147483647, got -1 (number)'],
    [{ grace: 0.5 }, 'got 0.5 (number)'],
    [{ grace: '5s' }, 'got "5s" (string)'],
    [{ label: '' }, 'options.containment.label: expected a string matching [A-Za-z0-9._-]{1,64}, got "" (string)'],
    [{ label: 'two words' }, 'got "two words" (string)'],
    [{ garce: 100 }, 'options.containment: expected only the options mechanism, strict,'],
  ];
  for (const [options, message] of MISTAKES) {
    it(`refuse: ${message}`, () => {
      const error = failureOf(options);

      expect(error).to.be.instanceOf(TypeError);
      expect(error.code).to.equal('ERR_HOLDFAST_INVALID_OPTION');
      expect(error.message).to.contain(message);
    });
  }

  const IMPOSSIBLE: readonly [unknown, NodeJS.Platform, string, string][] = [
    [{ limits: {} }, 'linux', 'ERR_HOLDFAST_LIMITS_UNSUPPORTED', 'this version does not support limits'],
    [{ limits: { memory: 1 } }, 'linux', 'ERR_HOLDFAST_LIMITS_UNSUPPORTED', 'this version does not support limits'],
    [{ limits: null }, 'linux', 'ERR_HOLDFAST_LIMITS_UNSUPPORTED', 'this version does not support limits'],
    [{ refuse: ['broker'] }, 'linux', 'ERR_HOLDFAST_ROUTE_OPEN', 'a service that already runs'],
    [{}, 'darwin', 'ERR_HOLDFAST_UNSUPPORTED_PLATFORM', 'darwin'],
  ];
  for (const [options, platform, code, message] of IMPOSSIBLE) {
    it(`cannot be met: ${JSON.stringify(options)} on ${platform}`, () => {
      const error = failureOf(options, platform);

      expect(error).to.be.instanceOf(ContainmentError);
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(message);
    });
  }
});

describe('a signal option', () => {
  it('takes a name or a number', () => {
    expect(signalNumber('signal', 'SIGTERM')).to.equal(15);
    expect(signalNumber('signal', 0)).to.equal(0);
    expect(signalNumber('signal', 34)).to.equal(34);
  });

  for (const value of ['SIGNOPE', 65, -1, 1.5, null]) {
    it(`refuses ${String(value)}`, () => {
      expect(() => signalNumber('signal', value)).to.throw(TypeError, 'signal: expected the name or number of a signal');
    });
  }
});
