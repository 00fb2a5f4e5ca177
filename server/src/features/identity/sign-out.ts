/** Sign-out: the session ends in the database, so that a copy of its cookie opens nothing either. */
import type { signOut as endpoint } from '@central-desk/contract/session.ts'
import type { UserCall } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import { endSessionByToken } from './session-queries.ts'
import { tokenHash } from './tokens.ts'

export async function signOut(parts: IdentityParts, call: UserCall<typeof endpoint>): Promise<void> {
  await parts.doors.inSystem('identity.session', 'desk_auth', ({ db, now }) =>
    endSessionByToken(db, tokenHash(call.session.cookieToken), now),
  )
  parts.cookies.clear(call.reply, 'session')
}
