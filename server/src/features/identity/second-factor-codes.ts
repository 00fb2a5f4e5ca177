/**
 * Codes of the second factor: judged and taken in one transaction, so that each counts once however many come at the
 * same moment. The app's secret is sealed with a key of the desk and bound to its user; recovery codes are kept as keyed
 * hashes. A try is counted before the code is looked at, in lanes of its own beside those of the password.
 */
import type { FastifyRequest } from 'fastify'
import { RECOVERY_CODES } from '@central-desk/contract/second-factor.ts'
import type { Database } from '../../kernel/pools.ts'
import { networkOf } from '../../kernel/rate-limit.ts'
import type { CallOrigin } from '../../kernel/scope.ts'
import { bind, decrypt, encrypt, keyedHash, NONCE_BYTES, secretKey, subkey } from '../../kernel/vault/primitives.ts'
import type { CountedTry } from './lockout.ts'
import type { IdentityParts } from './parts.ts'
import { selectTotp, takeRecoveryCode, takeTotpStep } from './second-factor-queries.ts'
import { knownDevice } from './sessions.ts'
import { base32, stepOfCode } from './totp.ts'

const FORMAT = 0xc2
/** 80 random bits: sixteen letters of base 32, shown in groups of four. */
const RECOVERY_BYTES = 10
const RECOVERY_CODE = /^[A-Z2-7]{16}$/

export type SecondFactorKeys = ReturnType<typeof secondFactorKeys>

export function secondFactorKeys(secretFor: (purpose: string) => Buffer) {
  const sealing = subkey(secretKey(secretFor('second-factor')), 'totp-secret')
  const hashing = secretFor('recovery-codes')
  const associated = (userId: string) => bind('totp', FORMAT, userId)
  return {
    seal(userId: string, secret: Buffer, nonce: Buffer): Buffer {
      return Buffer.concat([Buffer.from([FORMAT]), nonce, encrypt(sealing, nonce, associated(userId), secret)])
    },
    /** Throws `SealBroken`. */
    unseal(userId: string, sealed: Buffer): Buffer {
      return decrypt(sealing, sealed.subarray(1, 1 + NONCE_BYTES), associated(userId), sealed.subarray(1 + NONCE_BYTES))
    },
    recoveryKey: (userId: string, code: string) => keyedHash(hashing, bind('recovery', userId, code)),
  }
}

export function sealTotpSecret(parts: IdentityParts, userId: string, secret: Buffer): Buffer {
  return parts.secondFactor.seal(userId, secret, parts.randomness.bytes(NONCE_BYTES))
}

/** Ten codes as people read them, and the keys they are found by. */
export function newRecoveryCodes(parts: IdentityParts, userId: string): { shown: string[]; keys: Buffer[] } {
  const letters = Array.from({ length: RECOVERY_CODES }, () => base32(parts.randomness.bytes(RECOVERY_BYTES)))
  return {
    shown: letters.map((code) => (code.match(/.{4}/g) ?? []).join('-')),
    keys: letters.map((code) => parts.secondFactor.recoveryKey(userId, code)),
  }
}

type Whose = { readonly userId: string; readonly email: string }

/** Counts a try of a code; the caller settles it in the transaction in which the code is taken. */
export function countCode(
  parts: IdentityParts,
  { userId, email }: Whose,
  call: { request: FastifyRequest; origin: CallOrigin },
): Promise<CountedTry> {
  return parts.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db, now }) => {
    const device = await knownDevice(parts, db, call.request, userId)
    const path = device ? { device } : { network: networkOf(call.origin.ip ?? '') }
    return parts.lanes.count(db, `second-factor ${email}`, path, now)
  })
}

export type CodeKind = 'app' | 'recovery'

/** Takes a code of the app or a recovery code; null when it is neither, or was taken before. */
export async function takeCode(
  parts: IdentityParts,
  db: Database,
  userId: string,
  given: string,
  now: Date,
): Promise<CodeKind | null> {
  const code = given.replaceAll(/[\s-]/g, '').toUpperCase()
  if (RECOVERY_CODE.test(code)) {
    const key = parts.secondFactor.recoveryKey(userId, code)
    return (await takeRecoveryCode(db, userId, key, now)) ? 'recovery' : null
  }
  const totp = await selectTotp(db, userId)
  if (!totp) return null
  const step = stepOfCode(parts.secondFactor.unseal(userId, totp.secret_wrapped), code, now)
  return step !== null && (await takeTotpStep(db, userId, step)) ? 'app' : null
}
