/**
 * Sign-up: a user, a workspace with its keys, and the user as its owner, in one transaction. The keys are made first;
 * when the transaction then fails, a key ring that opens nothing is left, and no workspace without keys can be.
 * An address that is taken is said so only after the same work as for a new one.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { signUp as endpoint } from '@central-desk/contract/session.ts'
import { assert } from '../../kernel/assert.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { Call } from '../../kernel/web/routes.ts'
import { emailToKeep } from './email.ts'
import type { IdentityParts } from './parts.ts'
import { insertFoundations, insertUser, insertWorkspace, joinMember, userByEmail } from './queries.ts'
import { beginSession, writeCookies } from './sessions.ts'
import { viewOf } from './session-view.ts'
import { slugCandidate } from './slug.ts'
import { hashed, requireStrong } from './strength.ts'

const SLUG_ATTEMPTS = 8

function emailTaken() {
  return refuse('already_taken', { fields: [{ field: 'email', code: 'already_taken' }] })
}

export async function signUp(parts: IdentityParts, call: Call<typeof endpoint>) {
  const { body, request, origin } = call
  const name = body.name.trim()
  const workspaceName = body.workspaceName.trim()
  const email = emailToKeep(body.email, 'email')
  await requireStrong(body.password, 'password', { name, email, workspaceNames: [workspaceName] })
  const password = await hashed(parts, body.password)
  const holder = await parts.doors.inSystem('identity.sign-in', 'desk_auth', ({ db }) => userByEmail(db, email))
  if (holder) throw emailTaken()

  const [userId, workspaceId, memberId] = [parts.mint.next(), parts.mint.next(), parts.mint.next()]
  await parts.vault.create(workspaceId)
  const actor = { kind: 'member', memberId, userId, role: 'owner' } as const
  const begun = await parts.doors.inWorkspace({ workspaceId, actor, door: 'desk_auth', origin }, async (tx) => {
    const { db, now } = tx
    const preferences = { language: body.language }
    if (!(await insertUser(db, { id: userId, email, name, password, preferences, now }))) throw emailTaken()
    const slug = await makeWorkspace(parts, tx, workspaceName, body.language)
    const joined = await joinMember(db, {
      workspaceId,
      id: memberId,
      user: { id: userId, name, email, hasSecondFactor: false },
      role: 'owner',
      now,
    })
    assert(joined === memberId, 'a new user is nobody yet in a new workspace')
    tx.audit({ action: 'workspace.created', target: encodeId('workspace', workspaceId), after: { slug } })
    return beginSession(parts, db, now, {
      userId,
      isSharedComputer: false,
      hasProvenSecondFactor: false,
      request,
      origin,
    })
  })
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

async function makeWorkspace(parts: IdentityParts, tx: WorkspaceTx, name: string, language: 'en' | 'bn') {
  for (let attempt = 0; attempt < SLUG_ATTEMPTS; attempt++) {
    const slug = slugCandidate(name, attempt, parts.randomness)
    if (await insertWorkspace(tx.db, { id: tx.workspaceId, slug, name, language, now: tx.now })) {
      await insertFoundations(tx.db, tx.workspaceId)
      return slug
    }
  }
  throw refuse('busy')
}
