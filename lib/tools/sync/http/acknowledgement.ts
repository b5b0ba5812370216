// Whether the reply to a PUT proves by itself that the remote has the item: it has to name its id, or answer for the
// address that is made of the id, and a digest of its bytes. Any other reply is a claim, and the item is read back.

import { createHash } from 'node:crypto';

import type { HttpReply } from './exchange.js';
import { parsedOrUndefined } from '../same-context.js';
import type { Offer } from '../target.js';

/**
 * - `x-amz-checksum-sha256`, which S3 computes of what it has stored and returns when it was sent
 *   (docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html), or an `ETag` that is the MD5
 *   of the bytes, as S3's is without KMS (docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html);
 * - a JSON body with `id` and `sha256`, the digest of the bytes: for a store of one's own.
 */
export function isProvenBy({ headers, body, isCut }: HttpReply, { id, text }: Offer): boolean {
  const checksum = headers['x-amz-checksum-sha256'];
  if (checksum !== undefined) return checksum === digest('sha256', text, 'base64');
  if (headers.etag?.replaceAll('"', '') === digest('md5', text, 'hex')) return true;
  const said = isCut ? undefined : (parsedOrUndefined(body) as { id?: unknown; sha256?: unknown } | null | undefined);
  return said?.id === id && said.sha256 === digest('sha256', text, 'hex');
}

export function digest(algorithm: 'md5' | 'sha256', text: string, encoding: 'base64' | 'hex'): string {
  return createHash(algorithm).update(text).digest(encoding);
}
