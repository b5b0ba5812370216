// A program with a clean end, as servers have it: the first terminating signal starts it, it takes 300 ms, and a second
// one cuts it short. Writes down what happens to it in the file that WRAPPED_DIARY names; SIGWINCH is a question.

const { appendFileSync } = require('node:fs');

const CLEAN_END_MS = 300;
let ending = false;

const note = (text) => appendFileSync(process.env.WRAPPED_DIARY, `${text}\n`);

function end(signal) {
  note(`got ${signal}`);
  if (ending) {
    note('forced');
    process.exit(1);
  }
  ending = true;
  setTimeout(() => {
    note('saved');
    process.exit(0);
  }, CLEAN_END_MS);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) process.on(signal, () => end(signal));
process.on('SIGWINCH', () => note('asked'));
setInterval(() => undefined, 1 << 30);
note(`up ${process.pid}`);
