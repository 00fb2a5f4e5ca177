/**
 * One key kept under a passphrase that a person knows: scrypt makes a wrapping key of it, AES-256-GCM wraps. For what
 * leaves the machine without any other key, such as a backup. Promises that a try costs 128 MiB of memory, and that the
 * same passphrase opens however its letters were composed. A wrong one is `SealBroken`, and so is a changed head.
 */
import { type KeyObject, scrypt } from 'node:crypto'
import type { Randomness } from '../clock.ts'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES, SealBroken, secretKey, TAG_BYTES } from './primitives.ts'

/** Memory and time of a try double with each. */
export const PASSPHRASE_COST = 17
/** What a hostile file may ask of us at most: 1 GiB. */
const COST_MAX = 20
const BLOCKS = 8
const BLOCK_BYTES = 128
const MEMORY_SPARE = 2

export const PASSPHRASE_WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES

export type PassphraseHead = {
  readonly salt: Buffer
  readonly cost: number
  /** All bytes that the wrapped key stands and falls with, salt and cost among them. */
  readonly bound: Buffer
}

function wrappingKey(passphrase: string, { salt, cost }: PassphraseHead): Promise<KeyObject> {
  const N = 2 ** cost
  const options = { N, r: BLOCKS, p: 1, maxmem: MEMORY_SPARE * BLOCK_BYTES * N * BLOCKS }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(secretKey(key)),
    )
  })
}

export async function wrapUnderPassphrase(
  passphrase: string,
  head: PassphraseHead,
  key: Buffer,
  randomness: Randomness,
): Promise<Buffer> {
  const nonce = randomness.bytes(NONCE_BYTES)
  return Buffer.concat([nonce, encrypt(await wrappingKey(passphrase, head), nonce, head.bound, key)])
}

export async function unwrapUnderPassphrase(
  passphrase: string,
  head: PassphraseHead,
  wrapped: Buffer,
): Promise<Buffer> {
  if (head.cost < 1 || head.cost > COST_MAX || wrapped.length !== PASSPHRASE_WRAPPED_BYTES) throw new SealBroken()
  const wrapping = await wrappingKey(passphrase, head)
  return decrypt(wrapping, wrapped.subarray(0, NONCE_BYTES), head.bound, wrapped.subarray(NONCE_BYTES))
}
