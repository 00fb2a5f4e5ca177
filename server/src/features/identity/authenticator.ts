/**
 * Tells routes who calls. Reads the database at every request: a session that ended, a user who was disabled, a member
 * who was removed or got another role is so from the next request on, in every process.
 */
import { refuse } from '../../kernel/refusal.ts'
import type { Authenticator, LiveMember, LiveSession } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import { memberOfUser, moveLastSeen } from './queries.ts'
import { moveActivity } from './session-queries.ts'
import { type FoundSession, findSession, SESSION } from './sessions.ts'

export function createAuthenticator(parts: IdentityParts): Authenticator {
  const { doors, clock } = parts

  return {
    session: (request) => findSession(parts, request),
    visitToken: (request) => parts.cookies.read(request, 'visit'),

    async touch(session: LiveSession) {
      const { lastActiveAt } = session as FoundSession
      if (clock.now().getTime() - lastActiveAt.getTime() < SESSION.touch_ms) return
      await doors.inSystem('identity.session', 'desk_auth', ({ db, now }) => moveActivity(db, session.sessionId, now))
    },

    async membership(session, workspaceId): Promise<LiveMember | null> {
      const { userId, secondFactorAt } = session as FoundSession
      const member = await doors.askSystem('identity.membership', 'desk_auth', ({ db }) =>
        memberOfUser(db, workspaceId, userId),
      )
      if (!member || member.removed_at !== null) return null
      const now = clock.now()
      const asksFrom = member.second_factor_from
      if (asksFrom !== null && asksFrom <= now && secondFactorAt === null) throw refuse('second_factor_needed')
      const unlessAfter = new Date(now.getTime() - SESSION.touch_ms)
      if (member.last_seen_at === null || member.last_seen_at < unlessAfter) {
        const where = { workspaceId, memberId: member.id, now, unlessAfter }
        await doors.askSystem('identity.membership', 'desk_auth', ({ db }) => moveLastSeen(db, where))
      }
      return { memberId: member.id, role: member.role }
    },
  }
}
