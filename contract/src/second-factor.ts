/**
 * The second factor: an authenticator app (TOTP: Google Authenticator, Authy and every other), and recovery codes for the
 * day the phone is gone. A user turns it on for all their workspaces at once; a workspace may ask for it.
 */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { SessionView } from './session.ts'
import { Count, Instant, Nullable, Password, Strict } from './shapes.ts'

export const RECOVERY_CODES = 10
/** Six digits, or a recovery code as it was shown, with or without its dashes. */
export const SecondFactorCode = Type.String({ minLength: 6, maxLength: 40, pattern: '^[0-9A-Za-z -]+$' })

export const SecondFactor = Strict({
  /** Null: off. */
  onSince: Nullable(Instant),
  recoveryCodesLeft: Count,
})
export type SecondFactor = Static<typeof SecondFactor>

const NewCodes = Strict({
  /** Shown once. */
  recoveryCodes: Type.Array(Type.String()),
  session: SessionView,
})

export const proveSecondFactor = endpoint('proveSecondFactor', {
  summary: 'The second step of signing in: a code of the app, or a recovery code. Each counts once.',
  method: 'POST',
  path: '/api/v1/session/second-factor',
  access: 'public',
  body: Strict({ code: SecondFactorCode }),
  reply: SessionView,
  status: 201,
})

export const getSecondFactor = endpoint('getSecondFactor', {
  summary: 'Whether the own second factor is on, and how many recovery codes are left.',
  method: 'GET',
  path: '/api/v1/second-factor',
  access: 'signedIn',
  reply: SecondFactor,
})

export const beginSecondFactor = endpoint('beginSecondFactor', {
  summary:
    'Makes a secret for an authenticator app; it counts once a code of the app was given. Asks for the password.',
  method: 'POST',
  path: '/api/v1/second-factor',
  access: 'signedIn',
  body: Strict({ password: Password }),
  reply: Strict({
    /** Base 32, for typing it in. */
    secret: Type.String(),
    /** `otpauth://totp/…`, for a QR code. */
    uri: Type.String(),
  }),
  status: 201,
})

export const confirmSecondFactor = endpoint('confirmSecondFactor', {
  summary: 'Turns the second factor on with a code of the app. Every other session of the user ends.',
  method: 'POST',
  path: '/api/v1/second-factor/confirmation',
  access: 'signedIn',
  body: Strict({ code: SecondFactorCode }),
  reply: NewCodes,
  status: 201,
})

export const replaceRecoveryCodes = endpoint('replaceRecoveryCodes', {
  summary: 'Makes ten new recovery codes with a code of the app; the old ones end.',
  method: 'POST',
  path: '/api/v1/second-factor/recovery-codes',
  access: 'signedIn',
  body: Strict({ code: SecondFactorCode }),
  reply: NewCodes,
  status: 201,
})

export const endSecondFactor = endpoint('endSecondFactor', {
  summary: 'Turns the second factor off with the password and a code of the app, or a recovery code.',
  method: 'POST',
  path: '/api/v1/second-factor/end',
  access: 'signedIn',
  body: Strict({ password: Password, code: SecondFactorCode }),
  reply: SessionView,
})
