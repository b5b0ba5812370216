// What `npm run test:wrappers` runs, one test after the other: `holdfast run` around and below the wrappers of npm.

module.exports = {
  ...require('../../.mocharc.cjs'),
  spec: ['build/test/wrappers/**/*.test.js'],
  parallel: false,
};
