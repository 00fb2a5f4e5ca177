/** Faults against sessions, passwords and lockout (P5 to P7, E4). */
import type { Fault } from './fault.ts'

const SESSIONS = 'server/src/features/identity/sessions.ts'
const SESSION_QUERIES = 'server/src/features/identity/session-queries.ts'

export const identityFaults: readonly Fault[] = [
  {
    name: 'sessions end only when their cookie does',
    claim: 'P5',
    probe: 'session-expiry',
    plant: { kind: 'patch', file: SESSIONS, find: 'idle_ms: 7 * DAY_MS', replace: 'idle_ms: 30 * DAY_MS' },
  },
  {
    name: 'seven days are counted from the sign-in',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: SESSION_QUERIES,
      find: "hash)\n    .where('session.ended_at', 'is', null)\n    .where('session.last_active_at', '>', idleSince)",
      replace: "hash)\n    .where('session.ended_at', 'is', null)\n    .where('session.created_at', '>', idleSince)",
    },
  },
  {
    name: 'polling counts as activity',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/routes.ts',
      find: 'const isDeed = !SAFE.has(request.method) && !rules.isAutomatic',
      replace: 'const isDeed = true',
    },
  },
  {
    name: 'links to files do not ask whether the session still lasts',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: SESSION_QUERIES,
      find: "sessionId)\n    .where('session.ended_at', 'is', null)\n    .where('session.last_active_at', '>', idleSince)",
      replace: "sessionId)\n    .where('session.ended_at', 'is', null)",
    },
  },
  {
    name: 'an open stream is never looked at again',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: 'server/src/features/realtime/index.ts',
      find: 'const timer = setInterval(recheck, RECHECK_MS)',
      replace: 'const timer = setInterval(() => {}, RECHECK_MS)',
    },
  },
  {
    name: 'a new password leaves other sessions open',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/password-change.ts',
      find: '  await endSessionsOf(db, userId, keptSession, now)\n',
      replace: '',
    },
  },
]
