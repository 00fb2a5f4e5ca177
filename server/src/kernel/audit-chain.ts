/**
 * Walks the audit trail of a workspace from its first entry and works out every hash anew. Says which entry is the first
 * that is not as it was written: changed, missing, or cut off at the end. Reads only, a page at a time.
 * It cannot see a chain that was rewritten as a whole, from some entry to the head: for that somebody must keep the head
 * elsewhere, and compare.
 */
import { auditHash, spellAddress } from './audit.ts'
import type { Doors, WorkspaceTx } from './scope.ts'

export type ChainVerdict = {
  /** How many entries are as they were written, from the first on. */
  readonly entries: number
  /** Of the last of them, in hexadecimal: what to keep elsewhere. */
  readonly head: string
  readonly broken: {
    readonly number: number
    readonly why: 'changed' | 'missing' | 'cut_off' | 'head_changed'
  } | null
}
type Link = { readonly number: number; readonly hash: Buffer }

const PAGE_ENTRIES = 1_000
const BEFORE_FIRST: Link = { number: 0, hash: Buffer.alloc(32) }

async function entriesAfter(tx: WorkspaceTx, number: number) {
  return tx.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('workspace_id', '=', tx.workspaceId)
    .where('number', '>', number)
    .orderBy('number')
    .limit(PAGE_ENTRIES)
    .execute()
}

async function headOf(tx: WorkspaceTx): Promise<Link> {
  return tx.db
    .selectFrom('audit_head')
    .select(['number', 'hash'])
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
}

/** Follows the links of a page; ends at the first that is broken. */
function follow(link: Link, rows: Awaited<ReturnType<typeof entriesAfter>>): Pick<ChainVerdict, 'broken'> & Link {
  let last = link
  for (const { hash, previous_hash, ...entry } of rows) {
    if (entry.number !== last.number + 1) return { ...last, broken: { number: last.number + 1, why: 'missing' } }
    const written = { ...entry, ip: spellAddress(entry.ip) }
    const isWhole = previous_hash.equals(last.hash) && auditHash(previous_hash, written).equals(hash)
    if (!isWhole) return { ...last, broken: { number: entry.number, why: 'changed' } }
    last = { number: entry.number, hash }
  }
  return { ...last, broken: null }
}

/** Entries that come while it runs are followed too. */
export async function verifyAuditChain(doors: Doors, workspaceId: string): Promise<ChainVerdict> {
  const options = { workspaceId, actor: { kind: 'operator' }, readOnly: true, withoutKeys: true } as const
  const reading = <T>(work: (tx: WorkspaceTx) => Promise<T>) => doors.inWorkspace(options, work)
  // Read first: whatever it names must be found.
  const head = await reading(headOf)
  let last = BEFORE_FIRST
  for (;;) {
    const rows = await reading((tx) => entriesAfter(tx, last.number))
    const { number, hash, broken } = follow(last, rows)
    last = { number, hash }
    if (broken) return { entries: number, head: hash.toString('hex'), broken }
    if (rows.length < PAGE_ENTRIES) break
  }
  const verdict = { entries: last.number, head: last.hash.toString('hex') }
  if (last.number < head.number) return { ...verdict, broken: { number: last.number + 1, why: 'cut_off' } }
  const isHead = last.number > head.number || last.hash.equals(head.hash)
  return { ...verdict, broken: isHead ? null : { number: last.number, why: 'head_changed' } }
}
