#!/usr/bin/env node
// An MCP server over stdio that, like many, holds something open: the end of its input alone does not end it.

import { appendFileSync } from 'node:fs';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'my-server', version: '1.0.0' });
server.registerTool('pid', { description: 'who answers' }, () => ({
  content: [{ type: 'text', text: String(process.pid) }],
}));
setInterval(() => undefined, 1 << 30);
await server.connect(new StdioServerTransport());
appendFileSync(process.env.WRAPPED_DIARY, `up ${process.pid}\n`);
