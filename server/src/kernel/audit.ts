/**
 * The audit trail: entries are written in the transaction of the deed, each chained to the one before it by its hash,
 * so that a changed or missing entry shows. Before and after hold ids and settings, never what a customer wrote.
 * Takes the workspace's audit head, which is the second to last lock of any transaction (the event counter is last).
 */
import { createHash } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'
import type { Database } from './pools.ts'

export type AuditNote = {
  /** Such as `member.role_changed`; a route that promises one must leave one with that name. */
  readonly action: string
  /** Prefixed id of what was acted on. */
  readonly target?: string
  readonly result?: 'done' | 'denied'
  readonly before?: unknown
  readonly after?: unknown
  /** How many denials of one minute this entry stands for. */
  readonly count?: number
}

export type AuditOrigin = {
  readonly workspaceId: string
  readonly actorKind: 'member' | 'operator' | 'system'
  readonly actorMemberId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

/** JSON with sorted keys: the same entry gives the same bytes on every machine. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

const MAPPED = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/

/**
 * One spelling of an address: a proxy may write it otherwise than PostgreSQL gives it back, and the hash covers it. What
 * is no address is left out, and so is the name of an interface of ours.
 */
export function spellAddress(ip: string | null): string | null {
  const [address = ''] = (ip ?? '').split('%')
  if (!isIPv6(address)) return isIP(address) ? address : null
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high = '', low = ''] = MAPPED.exec(spelled) ?? []
  if (high === '') return spelled
  const bytes = [high, low].flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff])
  return `::ffff:${bytes.join('.')}`
}

export function auditHash(previous: Buffer, entry: Record<string, unknown>): Buffer {
  return createHash('sha256').update(previous).update(canonicalJson(entry)).digest()
}

/** Appends the notes of one transaction to the workspace's chain. */
export async function appendAudit(
  db: Database,
  origin: AuditOrigin,
  notes: readonly AuditNote[],
  at: Date,
  nextId: () => string,
): Promise<void> {
  const head = await db
    .selectFrom('audit_head')
    .select(['number', 'hash'])
    .where('workspace_id', '=', origin.workspaceId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  let { number, hash } = head
  const rows = notes.map((note) => {
    const previous = hash
    number += 1
    const entry = {
      workspace_id: origin.workspaceId,
      number,
      id: nextId(),
      at,
      actor_kind: origin.actorKind,
      actor_member_id: origin.actorMemberId,
      action: note.action,
      target: note.target ?? null,
      result: note.result ?? ('done' as const),
      before: note.before === undefined ? null : JSON.stringify(note.before),
      after: note.after === undefined ? null : JSON.stringify(note.after),
      ip: spellAddress(origin.ip),
      user_agent: origin.userAgent?.slice(0, 300) ?? null,
      request_id: origin.requestId,
      count: note.count ?? 1,
    }
    // jsonb does not keep spelling: the hash covers the parsed values, which a verifier reads back.
    hash = auditHash(previous, { ...entry, before: note.before ?? null, after: note.after ?? null })
    return { ...entry, previous_hash: previous, hash }
  })
  await db.insertInto('audit_entry').values(rows).execute()
  await db.updateTable('audit_head').set({ number, hash }).where('workspace_id', '=', origin.workspaceId).execute()
}
