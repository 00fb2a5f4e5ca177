/** Faults against sessions, passwords and lockout (P5 to P7, E4). */
import type { Fault } from './fault.ts'

const SESSIONS = 'server/src/features/identity/sessions.ts'
const SIGN_IN = 'server/src/features/identity/sign-in.ts'
const LOCKOUT = 'server/src/features/identity/lockout.ts'
const PASSWORDS = 'server/src/features/identity/passwords.ts'
const PASSWORD_CHANGE = 'server/src/features/identity/password-change.ts'
const SESSION_QUERIES = 'server/src/features/identity/session-queries.ts'

export const identityFaults: readonly Fault[] = [
  {
    name: 'only 72 letters of a password count',
    claim: 'E4',
    probe: 'passwords-hashed',
    plant: {
      kind: 'patch',
      file: PASSWORDS,
      find: 'update(normalisePassword(password), ',
      replace: 'update(normalisePassword(password).slice(0, 72), ',
    },
  },
  {
    name: 'the hash under bcrypt has no key',
    claim: 'E4',
    probe: 'passwords-hashed',
    plant: {
      kind: 'patch',
      file: PASSWORDS,
      find: "createHmac('sha256', pepper)",
      replace: "createHmac('sha256', '')",
    },
  },
  {
    name: 'the database takes hashes of any strength',
    claim: 'E4',
    probe: 'passwords-hashed',
    plant: {
      kind: 'sql',
      statements: `alter table desk.app_user drop constraint app_user_password_hash_check;
        alter table desk.app_user add check (password_hash ~ '^\\$2[aby]\\$')`,
    },
  },
  {
    name: 'the log prints what was typed at sign-in',
    claim: 'E4',
    probe: 'passwords-hashed',
    plant: {
      kind: 'patch',
      file: SIGN_IN,
      find: '  const proven = await provePassword(parts, {',
      replace: '  console.error(JSON.stringify(body))\n  const proven = await provePassword(parts, {',
    },
  },
  {
    name: 'the password is kept beside its hash',
    claim: 'E4',
    probe: 'passwords-hashed',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/sign-up.ts',
      find: 'const preferences = { language: body.language }',
      replace: 'const preferences = { language: body.language, hint: body.password }',
    },
  },
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
      find: 'rechecks.ride(() => void recheck())',
      replace: 'rechecks.ride(() => {})',
    },
  },
  {
    name: 'a new password leaves other sessions open',
    claim: 'P5',
    probe: 'session-expiry',
    plant: {
      kind: 'patch',
      file: PASSWORD_CHANGE,
      find: '  await endSessionsOf(db, userId, keptSession, now)\n',
      replace: '',
    },
  },
  {
    name: 'a reset link sets any password',
    claim: 'P6',
    probe: 'password-rules',
    plant: {
      kind: 'patch',
      file: PASSWORD_CHANGE,
      find: "await requireStrong(call.body.password, 'password', {",
      replace: "await (async (..._: unknown[]) => {})(call.body.password, 'password', {",
    },
  },
  {
    name: 'joining by a link asks nothing of a password',
    claim: 'P6',
    probe: 'password-rules',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/invitations.ts',
      find: "  await requireStrong(body.password, 'password', { name, email, workspaceNames: [workspaceName] })\n",
      replace: '',
    },
  },
  {
    name: 'eight letters are enough',
    claim: 'P6',
    probe: 'password-rules',
    plant: {
      kind: 'patch',
      file: 'contract/src/limits.ts',
      find: 'passwordCharactersMin: 12',
      replace: 'passwordCharactersMin: 8',
    },
  },
  {
    name: 'a password may be made of the names around it',
    claim: 'P6',
    probe: 'password-rules',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/strength.ts',
      find: 'checkPasswordStrength(password, { name, email, workspaceNames })',
      replace: 'checkPasswordStrength(password)',
    },
  },
  {
    name: 'passwords are trimmed',
    claim: 'P6',
    probe: 'password-rules',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/password-strength.ts',
      find: "return password.normalize('NFC')",
      replace: "return password.normalize('NFC').trim()",
    },
  },
  {
    name: 'a failure is counted only after the password was looked at',
    claim: 'P7',
    probe: 'lockout',
    plant: {
      kind: 'patch',
      file: SIGN_IN,
      find: `  if (!counted.isAllowed) throw wrong()
  const stored = user ? { hash: user.password_hash, pepperVersion: user.pepper_version } : null
  const verdict = await parts.passwords.verifyPassword(password, stored)
`,
      replace: `  const stored = user ? { hash: user.password_hash, pepperVersion: user.pepper_version } : null
  const verdict = await parts.passwords.verifyPassword(password, stored)
  if (!counted.isAllowed) throw wrong()
`,
    },
  },
  {
    name: 'a lock closes every way to the person, known browsers too',
    claim: 'P7',
    probe: 'lockout',
    plant: {
      kind: 'patch',
      file: SIGN_IN,
      find: "const path = device ? { device } : { network: networkOf(origin.ip ?? '') }",
      replace: "const path = { network: device ? '127.0.0.1' : networkOf(origin.ip ?? '') }",
    },
  },
  {
    name: 'only addresses that have a user are counted',
    claim: 'P7',
    probe: 'lockout',
    plant: {
      kind: 'patch',
      file: SIGN_IN,
      find: 'counted: await parts.lanes.count(db, email, path, now) }',
      replace: `counted: user
        ? await parts.lanes.count(db, email, path, now)
        : { isAllowed: true, lane: Buffer.alloc(32), account: null } }`,
    },
  },
  {
    name: 'nothing is hashed for an address without a user',
    claim: 'P7',
    probe: 'lockout',
    plant: {
      kind: 'patch',
      file: PASSWORDS,
      find: 'const kept = stored?.hash ?? NOBODYS_HASH\n',
      replace: "if (stored === null) return 'mismatch'\n      const kept = stored.hash\n",
    },
  },
  {
    name: 'a locked way has an answer of its own',
    claim: 'P7',
    probe: 'lockout',
    plant: {
      kind: 'patch',
      file: SIGN_IN,
      find: 'if (!counted.isAllowed) throw wrong()',
      replace: "if (!counted.isAllowed) throw refuse('too_many_requests', { retryAfterSeconds: 900 })",
    },
  },
  {
    name: 'every network has five tries of its own',
    claim: 'P7',
    probe: 'lockout',
    plant: { kind: 'patch', file: LOCKOUT, find: 'accountFailures: 30,', replace: 'accountFailures: 30_000,' },
  },
  {
    name: 'a lane is locked after fifty failures',
    claim: 'P7',
    probe: 'lockout',
    plant: { kind: 'patch', file: LOCKOUT, find: 'laneFailures: 5,', replace: 'laneFailures: 50,' },
  },
]
