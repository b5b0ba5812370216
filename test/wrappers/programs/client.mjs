// `node client.mjs command...`: an MCP client that starts its server, calls a tool of it, and closes when it is told to.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: 'my-client', version: '1.0.0' });
await client.connect(new StdioClientTransport({ command, args, env: process.env }));
const { content } = await client.callTool({ name: 'pid' });
console.log(`answered ${content[0].text}`);
process.stdin.once('data', async () => {
  await client.close();
  process.exit();
});
