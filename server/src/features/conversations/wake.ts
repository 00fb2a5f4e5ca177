/** Opens conversations whose snooze has run out, and moves them to the top: they were put off, not put away. */
import type { Kernel } from '../../kernel/kernel.ts'
import { publishChange } from './open.ts'
import { dueSnoozes, wakeDue } from './queries.ts'

const WAKE_AT_ONCE = 200

/** True when there may be more. */
export async function wakeSnoozed({ doors, clock }: Kernel): Promise<boolean> {
  const due = await doors.inSystem('conversations.wake', 'desk_worker', ({ db }) =>
    dueSnoozes(db, clock.now(), WAKE_AT_ONCE),
  )
  for (const [workspaceId, rows] of Map.groupBy(due, ({ workspace_id }) => workspace_id)) {
    const ids = rows.map(({ conversation_id }) => conversation_id)
    const options = { workspaceId, actor: { kind: 'system' }, door: 'desk_worker', withoutKeys: true } as const
    await doors.inWorkspace(options, async (tx) => {
      for (const conversation of await wakeDue(tx, ids)) {
        publishChange(tx, conversation, { what: 'status', status: 'open' })
      }
    })
  }
  return due.length === WAKE_AT_ONCE
}
