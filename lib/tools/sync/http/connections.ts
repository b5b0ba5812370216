// The connections to a remote: kept from one request to the next, and through a proxy where the environment names one
// (HTTPS_PROXY, ALL_PROXY, NO_PROXY).

import { Agent as HttpAgent, request, type Agent } from 'node:http';

import { EXIT, ToolFailure } from '../../failure.js';

export interface Connections {
  readonly agent: Agent;
  /** Of node:http or node:https. */
  readonly request: typeof request;
  /** Ends them all, also one that a proxy has not made yet. Idempotent. */
  readonly close: () => void;
}

/** Rejects with ToolFailure, exit code 78, for a proxy of another kind. */
export async function connectionsTo(url: URL, most: number): Promise<Connections> {
  const options = { keepAlive: true, maxSockets: most };
  if (url.protocol !== 'https:') return ofAgent(new HttpAgent(options), request); // this machine: no proxy of another
  const https = await import('node:https');
  const proxy = await proxyFor(url);
  if (proxy === undefined) return ofAgent(new https.Agent(options), https.request);
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const closing = new AbortController();
  const agent = new HttpsProxyAgent(proxy, { ...options, signal: closing.signal }); // of each socket: net.connect()
  const { close, ...others } = ofAgent(agent, https.request);
  return {
    ...others,
    close: () => {
      close();
      closing.abort();
    },
  };
}

function ofAgent(agent: Agent, by: typeof request): Connections {
  return { agent, request: by, close: () => agent.destroy() };
}

const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

async function proxyFor(url: URL): Promise<URL | undefined> {
  const isNamed = PROXY_VARIABLES.some((name) => (process.env[name] ?? '') !== '');
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
