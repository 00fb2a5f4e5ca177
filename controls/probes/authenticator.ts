/** An authenticator app for probes, written down once more from the standards, and a person who turns it on. */
import { createHmac } from 'node:crypto'
import type { Newcomer } from './newcomers.ts'
import type { Exam } from './probe.ts'
import type { SqlClient } from './sql.ts'

export const STEP_S = 30
export const RECOVERY_CODES = 10
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What an authenticator app shows for a secret (RFC 6238: HMAC-SHA-1, six digits, thirty seconds). */
export function codeOf(secret: string, at: Date): string {
  const bits = [...secret].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 1000 / STEP_S)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** A step that is taken makes way for the next one: what would else be half a minute of waiting. */
export async function forgetSteps(sql: SqlClient): Promise<void> {
  await sql.query('update desk.totp set last_step = 0')
}

export async function turnOn(exam: Exam, sql: SqlClient, { caller, password }: Newcomer) {
  const begun = await caller.call('POST', '/api/v1/second-factor', { body: { password } })
  const secret = String(begun.body?.secret ?? '')
  const body = { code: codeOf(secret, new Date()) }
  const confirmed = await caller.call('POST', '/api/v1/second-factor/confirmation', { body })
  const codes = (confirmed.body?.recoveryCodes ?? []) as string[]
  exam.control('a person turns their second factor on', confirmed.status === 201 && codes.length === RECOVERY_CODES)
  caller.adopt(confirmed.body?.session?.csrfToken)
  await forgetSteps(sql)
  return { secret, codes }
}
