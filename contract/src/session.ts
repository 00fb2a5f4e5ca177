/**
 * Who you are: sign-up, sign-in, sign-out, passwords, invitations. Sign-in never tells whether an address has a user;
 * sign-up does, after the same work, because there is no mail yet that could tell it to the address alone.
 * The session is a cookie; every unsafe call carries `x-csrf-token`, also before sign-in (a pre-session token).
 */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { ROLES } from './permissions.ts'
import { Email, Instant, Name, Nullable, Password, Strict, Words } from './shapes.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export const LANGUAGES = ['en', 'bn'] as const

export const Preferences = Strict({
  theme: Words(THEMES),
  language: Words(LANGUAGES),
  /** Bangla screens print 123 instead of ১২৩. */
  latinDigits: Type.Boolean(),
  /** Enter sends, Shift+Enter breaks the line; off: Ctrl+Enter sends. */
  enterSends: Type.Boolean(),
  /** Single-key shortcuts (WCAG 2.1.4 wants an off switch). */
  singleKeys: Type.Boolean(),
  compactList: Type.Boolean(),
  sound: Type.Boolean(),
})
export type Preferences = Static<typeof Preferences>

export const CurrentUser = Strict({
  id: idSchema('user'),
  name: Type.String(),
  email: Type.String(),
  preferences: Preferences,
  /** An authenticator app is asked for at every sign-in. */
  hasSecondFactor: Type.Boolean(),
})
export const Membership = Strict({
  memberId: idSchema('member'),
  role: Words(ROLES),
  workspace: Strict({ id: idSchema('workspace'), slug: Type.String(), name: Type.String() }),
  /** From then on this workspace opens only to a session that proved a second factor. Null: it does not ask. */
  secondFactorFrom: Nullable(Instant),
})
export const SessionView = Strict({
  /** null before sign-in. */
  user: Nullable(CurrentUser),
  memberships: Type.Array(Membership),
  csrfToken: Type.String(),
  idleExpiresAt: Nullable(Instant),
  /** The password was right and a code of the second factor is awaited, until then. Null: nothing is awaited. */
  secondFactorUntil: Nullable(Instant),
})
export type SessionView = Static<typeof SessionView>
export type Membership = Static<typeof Membership>
export type CurrentUser = Static<typeof CurrentUser>

export const getSession = endpoint('getSession', {
  summary: 'Who is signed in, in which workspaces, and the CSRF token of this session or pre-session.',
  method: 'GET',
  path: '/api/v1/session',
  access: 'public',
  reply: SessionView,
})

export const signUp = endpoint('signUp', {
  summary: 'Makes a user and a workspace and signs in.',
  method: 'POST',
  path: '/api/v1/sign-up',
  access: 'public',
  body: Strict({ name: Name, email: Email, password: Password, workspaceName: Name, language: Words(LANGUAGES) }),
  reply: SessionView,
  status: 201,
})

export const signIn = endpoint('signIn', {
  summary: 'Signs in. On a shared computer the cookie ends with the browser, and the session after eight hours.',
  method: 'POST',
  path: '/api/v1/session',
  access: 'public',
  body: Strict({ email: Email, password: Password, sharedComputer: Type.Boolean() }),
  reply: SessionView,
  status: 201,
})

export const signOut = endpoint('signOut', {
  summary: 'Ends this session.',
  method: 'DELETE',
  path: '/api/v1/session',
  access: 'signedIn',
})

export const changePassword = endpoint('changePassword', {
  summary: 'Changes the password; every other session of the user ends, this one gets a new token.',
  method: 'PUT',
  path: '/api/v1/password',
  access: 'signedIn',
  body: Strict({ current: Password, next: Password }),
  reply: SessionView,
})

export const updatePreferences = endpoint('updatePreferences', {
  summary: 'Changes the own name or preferences.',
  method: 'PATCH',
  path: '/api/v1/preferences',
  access: 'signedIn',
  body: Strict({ name: Type.Optional(Name), preferences: Type.Optional(Type.Partial(Preferences)) }),
  reply: CurrentUser,
})

const LinkToken = Strict({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) })

export const getInvitation = endpoint('getInvitation', {
  summary: 'What an invitation link offers.',
  method: 'GET',
  path: '/api/v1/invitations/:token',
  access: 'public',
  params: LinkToken,
  reply: Strict({ workspaceName: Type.String(), email: Type.String(), role: Words(ROLES), hasUser: Type.Boolean() }),
})

export const acceptInvitation = endpoint('acceptInvitation', {
  summary: 'Joins the workspace: as a new user (name and password) or as the one who is signed in with that address.',
  method: 'POST',
  path: '/api/v1/invitations/:token/acceptance',
  access: 'public',
  params: LinkToken,
  body: Strict({ name: Type.Optional(Name), password: Type.Optional(Password) }),
  reply: SessionView,
  status: 201,
})

export const getPasswordReset = endpoint('getPasswordReset', {
  summary: 'Whether a reset link, made by an operator, is still good.',
  method: 'GET',
  path: '/api/v1/password-resets/:token',
  access: 'public',
  params: LinkToken,
  reply: Strict({ email: Type.String(), expiresAt: Instant }),
})

export const usePasswordReset = endpoint('usePasswordReset', {
  summary: 'Sets a new password by a reset link; the link and every session of the user end.',
  method: 'POST',
  path: '/api/v1/password-resets/:token/use',
  access: 'public',
  params: LinkToken,
  body: Strict({ password: Password }),
  status: 204,
})
