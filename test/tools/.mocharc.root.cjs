// The bundled tools as root: what only root can try, and what root may that others may not. All the rest says the same
// as for an ordinary user.

module.exports = {
  ...require('./.mocharc.cjs'),
  spec: [
    'hung-mount',
    'sync/directory',
    'foundation/directories',
    'foundation/config',
    'foundation/store',
    'save/kinds-of-repository',
    'save/full-disk',
  ].map((name) => `build/test/tools/${name}.test.js`),
};
