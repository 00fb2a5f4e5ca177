/**
 * The only three cryptographic operations of the vault, each as one small function over node:crypto:
 * AES-256-GCM with a 96-bit nonce and a full 128-bit tag, HKDF-SHA-256, and HMAC-SHA-256.
 * Promises to be exactly the published algorithms: their published vectors run through these functions.
 * Refuses short tags, short nonces and keys of any other length; an opening that fails says only that it failed.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

const CIPHER = 'aes-256-gcm'
const TAG_RULE = { authTagLength: TAG_BYTES }

/** The one answer to everything that does not open: a flipped bit, a wrong place, a wrong key, a short envelope. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
  constructor() {
    super('A sealed value cannot be opened')
  }
}

/** A key object keeps the bytes out of logs, error reports and `util.inspect`. */
export function secretKey(bytes: Buffer): KeyObject {
  if (bytes.length !== KEY_BYTES) throw new TypeError(`A key has ${KEY_BYTES} bytes`)
  return createSecretKey(bytes)
}

/** Ciphertext followed by its tag. The caller owes a nonce that this key has never seen. */
export function encrypt(key: KeyObject, nonce: Buffer, associated: Buffer, plaintext: Buffer): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new TypeError(`A nonce has ${NONCE_BYTES} bytes`)
  const cipher = createCipheriv(CIPHER, key, nonce, TAG_RULE)
  cipher.setAAD(associated)
  const body = cipher.update(plaintext)
  return Buffer.concat([body, cipher.final(), cipher.getAuthTag()])
}

/** The plaintext, after the tag was verified. Throws `SealBroken` and gives out nothing otherwise. */
export function decrypt(key: KeyObject, nonce: Buffer, associated: Buffer, sealed: Buffer): Buffer {
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) throw new SealBroken()
  const decipher = createDecipheriv(CIPHER, key, nonce, TAG_RULE)
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const body = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new SealBroken()
  }
  return body
}

/** HKDF-SHA-256 (RFC 5869), with its `info` as the label. Different labels give keys that tell nothing about each other. */
export function derive(secret: KeyObject | Buffer, salt: Buffer, label: Buffer, byteCount: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, label, byteCount))
}

/** HMAC-SHA-256 (RFC 4231). */
export function keyedHash(key: KeyObject | Buffer, message: Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest()
}

const NO_SALT = Buffer.alloc(0)

/** A subkey for one purpose. Every key that is used is such a subkey; the kept keys themselves seal nothing. */
export function subkey(secret: KeyObject, purpose: string): KeyObject {
  return secretKey(derive(secret, NO_SALT, Buffer.from(`central-desk/v1/${purpose}`), KEY_BYTES))
}

/** Parts as unambiguous bytes: JSON of an array, so that no two lists of parts ever read the same. */
export function bind(...parts: (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(parts))
}

/** One secret for each label of the start-up; none tells about another or about the master key. */
export function startUpSecret(master: KeyObject, label: string): Buffer {
  return derive(master, NO_SALT, bind('central-desk/v1/start-up-secret', label), KEY_BYTES)
}
