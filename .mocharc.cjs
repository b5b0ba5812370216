// What `npm test` runs: each promise of the library and of `holdfast run`, under each mechanism, once. The bundled tools
// have `npm run test:tools`; what multiplies has scripts of its own (CONTRIBUTING.md).

module.exports = {
  spec: ['build/test/*.test.js', 'build/test/{attacks,behaviour,docs,drop-in,lib,native,recovery}/**/*.test.js'],
  require: ['build/test/support/hooks.js'],
  parallel: true,
  jobs: 3, // for two processors: the tests wait a third of their time
  timeout: 300_000,
  slow: 5000,
};
