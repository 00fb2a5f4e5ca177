/**
 * A user's own name and habits, the same in every workspace. Workspaces keep a copy of the name; it is changed in the
 * same transaction, and their screens are told afterwards (a screen that missed it reads the name at its next look).
 */
import type { updatePreferences as endpoint } from '@central-desk/contract/session.ts'
import type { UserCall } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import { copyName, storePreferences, userById } from './queries.ts'
import { currentUserOf, preferencesOf } from './session-view.ts'

export async function updatePreferences(parts: IdentityParts, call: UserCall<typeof endpoint>) {
  const { userId } = call.session
  const name = call.body.name?.trim()
  const { user, workspaceIds } = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db }) => {
    const before = await userById(db, userId)
    const preferences = { ...preferencesOf(before), ...call.body.preferences }
    await storePreferences(db, userId, { name, preferences })
    const isRenamed = name !== undefined && name !== before.name
    return {
      user: await userById(db, userId),
      workspaceIds: isRenamed ? await copyName(db, userId, name) : [],
    }
  })
  for (const workspaceId of workspaceIds) {
    const options = { workspaceId, actor: { kind: 'system' }, door: 'desk_auth', withoutKeys: true } as const
    await parts.doors.inWorkspace(options, async (tx) => tx.publish({ kind: 'members.changed' }))
  }
  return currentUserOf(user)
}
