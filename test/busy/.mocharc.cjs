// What `npm run test:busy` runs, one test after the other: what keeps every processor busy on purpose.

module.exports = {
  ...require('../../.mocharc.cjs'),
  spec: ['build/test/busy/**/*.test.js'],
  parallel: false,
};
