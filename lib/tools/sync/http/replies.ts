// What the reply of a remote says, in words and milliseconds. It is hostile until shown otherwise.

import { STATUS_CODES } from 'node:http';

import type { HttpReply } from './exchange.js';

export const LONGEST_RETRY_AFTER_MS = 15 * 60_000;
const LONGEST_EXCERPT = 300;
const SHORTEST_SECRET = 4;

/** Status, where it points to, and the begin of what it says; a secret that comes back in it is left out. */
export function replyInWords({ status, headers, body }: HttpReply, secrets: readonly string[]): string {
  const { location } = headers;
  const parts = [
    `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    ...(location === undefined ? [] : [`the remote points to ${location} and is not followed`]),
    ...(body.trim() === '' ? [] : [body.trim()]),
  ];
  const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const text = known.reduce((shown, secret) => shown.replaceAll(secret, '***'), parts.join(': '));
  return text.replace(/\s+/g, ' ').slice(0, LONGEST_EXCERPT);
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined for neither. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
