// What `npm run test:thorough` runs, one test after the other: everything there is for this system, with the full
// amounts of test/support/thorough.ts.

process.env.HOLDFAST_TEST_THOROUGH = 'yes';

module.exports = {
  ...require('../.mocharc.cjs'),
  spec: ['build/test/**/*.test.js'],
  ignore: ['build/test/windows/**'],
  parallel: false,
};
