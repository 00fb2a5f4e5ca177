/** The workspaces that an operator means: one by its address (`shapla-crafts`) or its id (`ws_…`), or all of them. */
import { decodeId, encodeId } from '@central-desk/contract/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { selectWorkspaces } from './queries.ts'

export type KeysParts = Pick<Kernel, 'doors' | 'vault' | 'clock'>
export type Workspace = { readonly id: string; readonly slug: string; readonly name: string }

/** In the order of their addresses; empty when none is called that. */
export async function workspacesNamed({ doors }: KeysParts, name: string | null): Promise<Workspace[]> {
  const all = await doors.askSystem('keys.operator', 'desk_auth', ({ db }) => selectWorkspaces(db))
  if (name === null) return all
  const id = decodeId('workspace', name)
  return all.filter((workspace) => workspace.slug === name || workspace.id === id)
}

export type Entry = { readonly action: string; readonly after: Readonly<Record<string, unknown>> }

/** What was done to the keys stands in the trail of their workspace, also when they are no more. */
export async function noteInTrail({ doors }: KeysParts, workspaceId: string, { action, after }: Entry): Promise<void> {
  await doors.inWorkspace(
    { workspaceId, actor: { kind: 'operator' }, withoutKeys: true, promisedAudit: action },
    async (tx) => tx.audit({ action, target: encodeId('workspace', workspaceId), after }),
  )
}
