/**
 * Letting keys go. `retire` drops the versions under which nothing stands any more, and says of each other one why it
 * stays. `destroy` ends all keys of a workspace at once: nothing of it opens again, from no backup of the database either.
 */
import { type KeyFamily, KeyTrouble } from '../../kernel/vault/index.ts'
import { isDestroyed } from '../../kernel/scope.ts'
import { NOTHING, type Tally } from '../../kernel/walk.ts'
import { activeVersions, type Note, walkIndex, walkSeals } from './change.ts'
import { type KeysParts, noteInTrail, type Workspace } from './workspaces.ts'

const FAMILIES = ['content', 'lookup', 'search'] as const
/** Longer than any sender we know repeats a call; until then the old look-up key recognises a repetition. */
export const REPEATS_END_AFTER_MS = 14 * 24 * 3_600_000

export type Retired = { readonly family: KeyFamily; readonly version: number } & (
  | { readonly kind: 'retired'; readonly damaged: number }
  /** The newer version does not seal everywhere yet. */
  | { readonly kind: 'waits'; readonly until: Date }
  /** Rows in want of the newer one. */
  | { readonly kind: 'in_use'; readonly rows: number }
  | { readonly kind: 'repeats'; readonly until: Date }
)

function leftUnder(parts: KeysParts, workspace: Workspace, family: KeyFamily, version: number): Promise<Tally> {
  const note: Note = () => {}
  return family === 'content'
    ? walkSeals(parts, workspace, { version, mode: 'look', note })
    : walkIndex(parts, workspace, { family, mode: 'look', note })
}

async function retireVersion({ vault }: KeysParts, { id }: Workspace, family: KeyFamily, version: number) {
  if (family === 'content') await vault.retireContent(id, version)
  else await vault.retireIndex(id, family, version)
}

export async function retire(parts: KeysParts, workspace: Workspace): Promise<Retired[]> {
  const answers: Retired[] = []
  for (const family of FAMILIES) {
    const [newest, ...older] = await activeVersions(parts, workspace, family)
    if (!newest || older.length === 0) continue
    const now = parts.clock.now()
    const isSettled = now >= newest.settled_at
    const left = isSettled ? await leftUnder(parts, workspace, family, newest.version) : NOTHING
    const repeatsEnd = new Date(newest.seals_from.getTime() + (family === 'lookup' ? REPEATS_END_AFTER_MS : 0))
    for (const { version } of older) {
      const one = { family, version }
      if (!isSettled) answers.push({ ...one, kind: 'waits', until: newest.settled_at })
      else if (left.changed > 0) answers.push({ ...one, kind: 'in_use', rows: left.changed })
      else if (now < repeatsEnd) answers.push({ ...one, kind: 'repeats', until: repeatsEnd })
      else {
        await retireVersion(parts, workspace, family, version)
        await noteInTrail(parts, workspace.id, { action: 'keys.retired', after: { ...one, damaged: left.broken } })
        answers.push({ ...one, kind: 'retired', damaged: left.broken })
      }
    }
  }
  return answers
}

/** False when they were destroyed before. The entry comes first: a destruction that nobody can look up must not be. */
export async function destroy(parts: KeysParts, workspace: Workspace): Promise<boolean> {
  try {
    await parts.vault.versions(workspace.id)
  } catch (error) {
    if (isDestroyed(error)) return false
    if (!(error instanceof KeyTrouble)) throw error
  }
  await noteInTrail(parts, workspace.id, { action: 'keys.destroyed', after: { slug: workspace.slug } })
  await parts.vault.destroy(workspace.id)
  return true
}
