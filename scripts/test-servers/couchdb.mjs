// `node couchdb.mjs DATABASE`: a store that speaks as CouchDB does, in memory, on a free port of this machine, which it
// prints. Ends with its standard input.

import { createRequire } from 'node:module';

import { PROJECT_ROOT } from '../sources.mjs';

const require = createRequire(`${PROJECT_ROOT}/build/test-servers/`);
const express = require('express');
const PouchDB = ['pouchdb-adapter-memory', 'pouchdb-mapreduce'].reduce(
  (database, plugin) => database.plugin(require(plugin)),
  require('pouchdb-core'),
);
const [name] = process.argv.slice(2);
const app = express();
app.use(require('express-pouchdb')(PouchDB, {
  mode: 'minimumForPouchDB',
  overrideMode: { include: ['routes/find'] },
  inMemoryConfig: true,
}));
const server = app.listen(0, '127.0.0.1', async () => {
  await new PouchDB(name).info();
  console.log(server.address().port);
});
process.stdin.on('end', () => process.exit()).resume();
