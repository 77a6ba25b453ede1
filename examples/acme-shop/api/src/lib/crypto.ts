import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

import { config } from '@/config';

const key = Buffer.from(config.FIELD_KEY, 'hex');

export function encrypt(plain: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

export function decrypt(sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
}

/** Lets us find a row by an encrypted value without decrypting the table. */
export function lookupHash(plain: string): string {
  return createHmac('sha256', key).update(plain).digest('hex');
}

export function etag(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}
