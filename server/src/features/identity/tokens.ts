/**
 * Tokens that stand for something: a session, a device, an invitation, a password reset. 256 random bits, spelled in
 * 43 characters; the database keeps only the SHA-256, which is enough for a value nobody can guess.
 */
import { createHash } from 'node:crypto'
import type { Randomness } from '../../kernel/clock.ts'

const TOKEN_BYTES = 32

export function newToken(randomness: Randomness): string {
  return randomness.bytes(TOKEN_BYTES).toString('base64url')
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** One browser may be known to several users: each gets a hash of their own from its one device token. */
export function deviceHash(deviceToken: string, userId: string): Buffer {
  return tokenHash(`device|${deviceToken}|${userId}`)
}
