// The connections to a remote: kept from one request to the next, and through a proxy where the environment names one
// (HTTPS_PROXY, ALL_PROXY, NO_PROXY).

import { Agent as HttpAgent, type Agent } from 'node:http';

import { EXIT, ToolFailure } from '../failure.js';

export interface Connections {
  readonly agent: Agent;
  /** Ends them all, also one that a proxy has not made yet. Idempotent. */
  close(): void;
}

/** Rejects with ToolFailure, exit code 78, for a proxy of another kind. */
export async function connectionsTo(url: URL, most: number): Promise<Connections> {
  const closing = new AbortController();
  const options = { keepAlive: true, maxSockets: most };
  const agent = await agentFor(url, { ...options, signal: closing.signal });
  return {
    agent,
    close: () => {
      agent.destroy();
      closing.abort();
    },
  };
}

interface Options {
  readonly keepAlive: boolean;
  readonly maxSockets: number;
  /** That of each socket (net.connect()). */
  readonly signal: AbortSignal;
}

async function agentFor(url: URL, { signal, ...options }: Options): Promise<Agent> {
  if (url.protocol !== 'https:') return new HttpAgent(options); // this machine alone: no proxy of another
  const proxy = await proxyFor(url);
  if (proxy === undefined) return new (await import('node:https')).Agent(options);
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy, { ...options, signal });
}

async function proxyFor(url: URL): Promise<URL | undefined> {
  const isNamed = ['https_proxy', 'all_proxy'].some((name) => (process.env[name] ?? process.env[name.toUpperCase()] ?? '') !== '');
  if (!isNamed || isLoopback(url)) return undefined;
  const { getProxyForUrl } = await import('proxy-from-env');
  const named = getProxyForUrl(url.href);
  if (named === '') return undefined;
  if (/^https?:/i.test(named) && URL.canParse(named)) return new URL(named);
  throw new ToolFailure(EXIT.badConfiguration, 'HTTPS_PROXY or ALL_PROXY: expected a URL such as http://host:port; other kinds of proxies are not supported');
}

/** Only what a resolver cannot send elsewhere: names below localhost go to some. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
