// What `npm run test:tools` runs: the promises of the bundled tools.

module.exports = {
  ...require('../../.mocharc.cjs'),
  spec: ['build/test/tools/**/*.test.js'],
  ignore: ['build/test/tools/*/kill-points.test.js'],
};
