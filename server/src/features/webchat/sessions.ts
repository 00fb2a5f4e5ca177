/**
 * Beginning and resuming a visit. An anonymous visitor is a row and a token; an identified one is vouched for by the
 * site's JWT each time and gets a token of their own for it, on every device the same person to the channel. A proof
 * that does not fit is refused as a whole: a visitor is never taken in as somebody else, nor silently as nobody.
 */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import type { startVisitorSession } from '@central-desk/contract/widget.ts'
import type { ExternalContactId } from '../../channels/port.ts'
import { ADAPTERS } from '../../channels/registry.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { LiveVisitor, VisitorAuthenticator } from '../../kernel/web/routes.ts'
import { newToken, tokenHash } from '../identity/index.ts'
import type { RoutedInbox } from '../inboxes/index.ts'
import { insertVisitor, selectWorkspaceName, touchVisitor, visitorByToken } from './queries.ts'
import { VISITOR_PURPOSE } from './thread.ts'

/** An identified visit is good this long after its proof; then the site vouches again. */
export const IDENTIFIED_VISIT_MS = 24 * 3_600_000
const DEFAULT_COLOUR = '#0b6b62'
const { webchat } = ADAPTERS

export type FindInbox = (key: string) => Promise<RoutedInbox | null>

type Person = {
  /** Null: nobody vouches, so the row itself is who they are. */
  readonly externalId: ExternalContactId | null
  readonly name: string | null
  readonly email: string | null
}
type FoundVisitor = LiveVisitor & { readonly isIdentified: boolean }

async function findVisitor(kernel: Kernel, inboxKey: string, token: string): Promise<FoundVisitor | null> {
  const row = await kernel.doors.askSystem('intake.visitor', 'desk_ingest', ({ db }) =>
    visitorByToken(db, tokenHash(token), inboxKey),
  )
  if (!row) return null
  const age_ms = kernel.clock.now().getTime() - row.created_at.getTime()
  if (row.is_identified && age_ms >= IDENTIFIED_VISIT_MS) return null
  const { id: visitorId, workspace_id: workspaceId, inbox_id: inboxId, is_identified: isIdentified } = row
  return { visitorId, workspaceId, inboxId, isIdentified }
}

export function createVisitorAuthenticator(kernel: Kernel): VisitorAuthenticator {
  return { visitor: (inboxKey, token) => findVisitor(kernel, inboxKey, token) }
}

export function createSessions(kernel: Kernel, findInbox: FindInbox) {
  const { doors, mint, randomness, clock } = kernel

  async function beginVisit(inbox: RoutedInbox, person: Person) {
    const { workspaceId, inboxId } = inbox
    const id = mint.next()
    const token = newToken(randomness)
    const externalId = person.externalId ?? webchat.anonymousContactId(id)
    const actor = { kind: 'visitor', visitorId: id } as const
    await doors.inWorkspace({ workspaceId, actor, door: 'desk_ingest' }, (tx) => {
      const seal = (field: string, text: string) => tx.keys.seal({ table: 'visitor', row: id, field }, text)
      return insertVisitor(tx, {
        id,
        inboxId,
        tokenHash: tokenHash(token),
        externalKey: tx.keys.lookup(VISITOR_PURPOSE, externalId),
        externalSealed: seal('external', externalId),
        nameSealed: person.name === null ? null : seal('name', person.name),
        emailSealed: person.email === null ? null : seal('email', person.email),
        isIdentified: person.externalId !== null,
      })
    })
    return { visitorId: id, token, isIdentified: person.externalId !== null, name: person.name }
  }

  function proven(inbox: RoutedInbox, inboxKey: string, jwt: string): Person {
    const verdict = webchat.verifyIdentity(jwt, inbox.secretsGoodNow, inboxKey, clock.now())
    if (verdict.ok) return verdict.identity
    kernel.log.warn({ inboxId: inbox.inboxId, reason: verdict.reason }, 'a proof of identity was refused')
    throw refuse('bad_signature')
  }

  async function resume(inboxKey: string, token: string) {
    const visitor = await findVisitor(kernel, inboxKey, token)
    if (!visitor || visitor.isIdentified) throw refuse('not_signed_in')
    const { workspaceId, visitorId } = visitor
    const actor = { kind: 'visitor', visitorId } as const
    await doors.inWorkspace({ workspaceId, actor, door: 'desk_ingest' }, (tx) => touchVisitor(tx, visitorId))
    return { visitorId, token: null, isIdentified: false, name: null }
  }

  function workspaceName(workspaceId: string): Promise<string> {
    return doors.inWorkspace({ workspaceId, actor: { kind: 'system' }, readOnly: true }, selectWorkspaceName)
  }

  return async function startSession(inboxKey: string, proof: BodyOf<typeof startVisitorSession>) {
    const inbox = await findInbox(inboxKey)
    if (inbox?.channel !== webchat.channel) throw refuse('not_found')
    const { colour = DEFAULT_COLOUR, greeting = '' } = inbox.settings
    const nobody: Person = { externalId: null, name: null, email: null }
    const visit =
      proof.identity !== undefined
        ? await beginVisit(inbox, proven(inbox, inboxKey, proof.identity))
        : proof.token !== undefined
          ? await resume(inboxKey, proof.token)
          : await beginVisit(inbox, nobody)
    // What a visitor reads is who they write to; the inbox's own name is the team's label.
    const name = await workspaceName(inbox.workspaceId)
    return { ...visit, inbox: { name, colour, greeting } }
  }
}
