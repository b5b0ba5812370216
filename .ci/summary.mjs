// `node .ci/summary.mjs DIRECTORY`: the end of a run. Each file of the directory is a step that went wrong (NAME.step,
// with its last words) or the results of a run of the tests (NAME.json). The last 20 lines name all that failed or was
// flaky, and the very last one counts. Exits with 1 when anything failed.

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of all runs of the tests together. */
export const MOST_FLAKY = 5;
const LINES = 20;
const LINE_LENGTH = 600;

function main(directory) {
  const names = readdirSync(directory).sort();
  const read = (name) => readFileSync(join(directory, name), 'utf8');
  const texts = (ending) =>
    names.filter((name) => name.endsWith(ending)).map((name) => ({ name: basename(name, ending), text: read(name) }));
  const runs = texts('.json').map(({ name, text }) => ({ name, ...JSON.parse(text) }));
  const all = (kind) => runs.flatMap((run) => run[kind].map((one) => ({ run: run.name, ...one })));
  const flaky = all('flaky').map((one) => `FLAKY: ${described(one)}`);
  const failed = [
    ...texts('.step').map(({ name, text }) => `FAILED: ${name}: ${text}`),
    ...all('failed').map((one) => `FAILED: ${described(one)}`),
    ...(flaky.length > MOST_FLAKY ? [`FAILED: ${flaky.length} tests were flaky, at most ${MOST_FLAKY} may be`] : []),
  ];
  for (const run of runs) for (const title of run.skipped) console.log(`skipped (${run.name}): ${title}`);
  console.log('');
  for (const line of fitted([...flaky, ...failed], LINES - 1)) console.log(line);
  const sum = (count) => runs.reduce((total, run) => total + count(run), 0);
  console.log(`${sum(({ passes }) => passes)} passed, ${failed.length} failed, ${sum(({ skipped }) => skipped.length)} skipped`);
  return failed.length === 0;
}

function described({ run, title, message }) {
  return `${title} (${run}): ${message}`;
}

/** Several in a line where there are too many, and none without its beginning. */
function fitted(entries, lines) {
  const inLine = Math.max(1, Math.ceil(entries.length / lines));
  const short = entries.map((entry) => entry.replace(/\s+/g, ' ').trim().slice(0, Math.max(100, LINE_LENGTH / inLine)));
  return Array.from({ length: Math.ceil(short.length / inLine) }, (_, at) => short.slice(at * inLine, (at + 1) * inLine).join(' | '));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv[2]) ? 0 : 1;
