/**
 * Sweeps uploads that no message or note took within a day: rows first, then their files. A message that takes one at
 * the same moment wins, because the row is locked by whoever came first.
 */
import type { Kernel } from '../../kernel/kernel.ts'
import { deleteUnused, findUnused } from './queries.ts'
import type { FileStore } from './store.ts'

export const UNUSED_FOR_MS = 24 * 3_600_000
const SWEEP_AT_ONCE = 200

/** True when there may be more to sweep at once. */
export async function sweepUnused({ doors, clock }: Kernel, store: FileStore): Promise<boolean> {
  const before = new Date(clock.now().getTime() - UNUSED_FOR_MS)
  await store.removeAbandoned(before)
  const found = await doors.inSystem('files.sweep', 'desk_worker', ({ db }) => findUnused(db, before, SWEEP_AT_ONCE))
  const byWorkspace = Map.groupBy(found, ({ workspace_id }) => workspace_id)
  for (const [workspaceId, rows] of byWorkspace) {
    const ids = rows.map(({ attachment_id }) => attachment_id)
    const options = { workspaceId, actor: { kind: 'system' }, door: 'desk_worker', withoutKeys: true } as const
    const gone = await doors.inWorkspace(options, (tx) => deleteUnused(tx, ids))
    for (const fileId of gone) await store.remove({ workspaceId, fileId })
  }
  return found.length === SWEEP_AT_ONCE
}
