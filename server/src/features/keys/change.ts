/**
 * Giving a workspace new keys. `rotate` makes a new content version; `reseal` seals under it what stands under older ones.
 * `reindex` makes new versions of the look-up and search keys and computes anew what they find; both versions are queried
 * meanwhile. Both walk only when no process writes under an older version any more, and answer until when that is.
 */
import { contactWalks } from '../contacts/index.ts'
import { messageWalk } from '../conversations/index.ts'
import { resealPage, sealedTables } from '../../kernel/resealing.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { KeptVersion, KeyFamily, NewVersion } from '../../kernel/vault/index.ts'
import { type IndexWalk, NOTHING, readAlongKeys, sum, type Tally, walk, type WalkMode } from '../../kernel/walk.ts'
import { visitorWalk } from '../webchat/index.ts'
import { type KeysParts, noteInTrail, type Workspace } from './workspaces.ts'

/** A row that is changed under the walk is found by the next pass; nobody changes rows faster than that. */
const PASSES_MAX = 5

export const INDEX_WALKS: readonly IndexWalk[] = [...contactWalks, visitorWalk, messageWalk]
/**
 * Look-up keys of which nothing is kept to compute them anew: by what a sender calls a call or a message of theirs. They
 * stay under the version they came under, which is kept until no sender repeats anything from before.
 */
export const ONCE_ONLY_KEYS = [
  'inbound_event.event_key',
  'message_external.external_key',
  'delivery_external.external_key',
]

export type Note = (table: string, soFar: Tally) => void
export type Walked =
  | { readonly kind: 'waits'; readonly until: Date }
  /** Nothing stands under an older version, because there is none. */
  | { readonly kind: 'needless' }
  | { readonly kind: 'done'; readonly version: number; readonly tally: Tally }

/** Those that are kept, newest first. */
export async function activeVersions(parts: KeysParts, { id }: Workspace, family: KeyFamily): Promise<KeptVersion[]> {
  return (await parts.vault.versions(id)).filter((kept) => kept.family === family && kept.state === 'active')
}

export async function rotate(parts: KeysParts, workspace: Workspace): Promise<NewVersion> {
  const made = await parts.vault.rotateContent(workspace.id)
  const after = { family: 'content', version: made.version, sealsFrom: made.seals_from }
  await noteInTrail(parts, workspace.id, { action: 'keys.rotated', after })
  return made
}

function inPages<T>({ doors }: KeysParts, { id }: Workspace, mode: WalkMode, work: (tx: WorkspaceTx) => Promise<T>) {
  const options = { workspaceId: id, actor: { kind: 'operator' }, door: 'desk_rekey' } as const
  return doors.inWorkspace({ ...options, readOnly: mode === 'look' }, async (tx) => {
    await readAlongKeys(tx)
    return work(tx)
  })
}

/** Passes over what a pass gives until one finds nothing to change. */
async function inPasses(pass: () => Promise<Tally>): Promise<Tally> {
  let tally = await pass()
  let latest = tally
  for (let passes = 1; latest.changed > 0 && passes < PASSES_MAX; passes++) {
    latest = await pass()
    tally = { ...tally, changed: tally.changed + latest.changed, broken: latest.broken }
  }
  return tally
}

/** All that stands, or stood, under another version than the given one. */
export async function walkSeals(
  parts: KeysParts,
  workspace: Workspace,
  { version, mode, note }: { version: number; mode: WalkMode; note: Note },
): Promise<Tally> {
  let tally = NOTHING
  for (const table of await inPages(parts, workspace, 'look', sealedTables)) {
    const pass = () =>
      walk<string[]>(
        (after) => inPages(parts, workspace, mode, (tx) => resealPage(tx, table, { after, version, mode })),
        (soFar) => note(table.table_name, soFar),
      )
    tally = sum(tally, mode === 'look' ? await pass() : await inPasses(pass))
  }
  return tally
}

export async function walkIndex(
  parts: KeysParts,
  workspace: Workspace,
  { family, mode, note }: { family: 'lookup' | 'search'; mode: WalkMode; note: Note },
): Promise<Tally> {
  let tally = NOTHING
  for (const one of INDEX_WALKS.filter((of) => of.family === family)) {
    const pass = () =>
      walk<string>(
        (after) => inPages(parts, workspace, mode, (tx) => one.page(tx, after, mode)),
        (soFar) => note(one.table, soFar),
      )
    tally = sum(tally, mode === 'look' ? await pass() : await inPasses(pass))
  }
  return tally
}

export async function reseal(parts: KeysParts, workspace: Workspace, note: Note): Promise<Walked> {
  const [newest, ...older] = await activeVersions(parts, workspace, 'content')
  if (!newest || older.length === 0) return { kind: 'needless' }
  if (parts.clock.now() < newest.settled_at) return { kind: 'waits', until: newest.settled_at }
  const { version } = newest
  const tally = await walkSeals(parts, workspace, { version, mode: 'write', note })
  const after = { version, values: tally.changed, damaged: tally.broken }
  await noteInTrail(parts, workspace.id, { action: 'keys.resealed', after })
  return { kind: 'done', version, tally }
}

/** Makes the new version, unless a re-index has begun and its older version is still there. */
export async function beginReindex(parts: KeysParts, workspace: Workspace, family: 'lookup' | 'search'): Promise<void> {
  if ((await activeVersions(parts, workspace, family)).length > 1) return
  const made = await parts.vault.rotateIndex(workspace.id, family)
  const after = { family, version: made.version, sealsFrom: made.seals_from }
  await noteInTrail(parts, workspace.id, { action: 'keys.rotated', after })
}

/** Goes on with what was begun. */
export async function reindex(
  parts: KeysParts,
  workspace: Workspace,
  family: 'lookup' | 'search',
  note: Note,
): Promise<Walked> {
  const [newest, ...older] = await activeVersions(parts, workspace, family)
  if (!newest || older.length === 0) return { kind: 'needless' }
  if (parts.clock.now() < newest.settled_at) return { kind: 'waits', until: newest.settled_at }
  const tally = await walkIndex(parts, workspace, { family, mode: 'write', note })
  const after = { family, version: newest.version, rows: tally.changed, damaged: tally.broken }
  await noteInTrail(parts, workspace.id, { action: 'keys.reindexed', after })
  return { kind: 'done', version: newest.version, tally }
}
