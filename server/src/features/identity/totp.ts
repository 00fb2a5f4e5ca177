/**
 * Time-based one-time passwords (RFC 6238 over RFC 4226) as authenticator apps speak them: HMAC-SHA-1, six digits, steps
 * of thirty seconds, a secret of 160 bits spelled in base 32. Which step a code belongs to is answered, never a bare yes,
 * so that the caller can take each step once. This step and the one before count: phones are slow, and so are people.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export const TOTP = { step_s: 30, digits: 6, secretBytes: 20, stepsBack: 1 } as const

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS_A_LETTER = 5
const CODE = /^\d{6}$/

export function base32(bytes: Buffer): string {
  let letters = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= BITS_A_LETTER) {
      count -= BITS_A_LETTER
      letters += BASE32[(bits >> count) & 31]
    }
    bits &= (1 << count) - 1
  }
  return count > 0 ? letters + BASE32[(bits << (BITS_A_LETTER - count)) & 31] : letters
}

export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / 1000 / TOTP.step_s)
}

/** The code of one step. */
export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const offset = (hash[hash.length - 1] as number) & 15
  const number = hash.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** TOTP.digits).padStart(TOTP.digits, '0')
}

/** The step that a code belongs to, this one or the one before; null when it is of neither. */
export function stepOfCode(secret: Buffer, code: string, now: Date): number | null {
  if (!CODE.test(code)) return null
  const latest = stepAt(now)
  let found: number | null = null
  // Every step is compared, whatever was found before.
  for (let step = Math.max(0, latest - TOTP.stepsBack); step <= latest; step++) {
    if (timingSafeEqual(Buffer.from(codeOf(secret, step)), Buffer.from(code))) found = step
  }
  return found
}

/** What an authenticator app reads from a QR code. */
export function totpUri(secret: Buffer, email: string): string {
  const label = encodeURIComponent(`Central Desk:${email}`)
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent('Central Desk')}`
}
