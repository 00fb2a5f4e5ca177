/**
 * Makes the workspaces of a measured database, each with its keys, members, inboxes and tags, and sessions for those who
 * read in it. Written straight into the tables by a superuser: a hundred sign-ups through the front door would spend
 * their time on hashing passwords. Inboxes are connected by the room itself.
 */
import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Foundation } from '../../server/src/foundation.ts'
import { createInboxesRoom } from '../../server/src/features/inboxes/index.ts'
import { insertFoundations, insertWorkspace } from '../../server/src/features/identity/queries.ts'
import { createKernel, type Kernel } from '../../server/src/kernel/kernel.ts'
import { queriesOn } from '../../server/src/kernel/pools.ts'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import type { InboxPlace, WorkspacePlan } from './plan.ts'

/** A hash of bcrypt's form that no password has. */
const NOBODYS_HASH = `$2b$12$${'.'.repeat(53)}`
const SESSION_MS = 24 * 3_600_000
const TAG_NAMES = ['Often', 'Seldom']

export type Shape = Omit<WorkspacePlan, 'workspaceId' | 'memberIds' | 'userIds' | 'inboxes' | 'tagIds'> & {
  readonly members: number
  readonly inboxes: number
}

export function kernelOn({ parts }: Foundation): Kernel {
  return createKernel(parts)
}

export async function furnish(kernel: Kernel, superuser: DatabaseAddress, shape: Shape): Promise<WorkspacePlan> {
  const { mint, clock, vault } = kernel
  const workspaceId = mint.next()
  const now = clock.now()
  await vault.create(workspaceId)
  const people = Array.from({ length: shape.members }, () => ({ userId: mint.next(), memberId: mint.next() }))
  const tagIds = TAG_NAMES.map(() => mint.next())
  await withClient(superuser, async (client) => {
    await client.query('set search_path = desk')
    const db = queriesOn(client as unknown as pg.PoolClient)
    await insertWorkspace(db, { id: workspaceId, slug: slugOf(workspaceId), name: shape.name, language: 'bn', now })
    await insertFoundations(db, workspaceId)
    for (const [place, { userId, memberId }] of people.entries()) {
      const [name, email] = [`Agent ${place + 1}`, `${userId}@measure.invalid`]
      await client.query(
        `insert into app_user (id, email, name, password_hash, pepper_version, password_changed_at, created_at)
         values ($1, $2, $3, $4, 1, $5, $5)`,
        [userId, email, name, NOBODYS_HASH, now],
      )
      await client.query(
        `insert into member (workspace_id, id, user_id, role, name, email, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [workspaceId, memberId, userId, place === 0 ? 'owner' : 'agent', name, email, now],
      )
    }
    for (const [place, id] of tagIds.entries()) {
      await client.query(
        `insert into tag (workspace_id, id, name, name_folded, colour, created_at) values ($1, $2, $3, $3, 'teal', $4)`,
        [workspaceId, id, TAG_NAMES[place], now],
      )
    }
  })
  const { name, conversations, deepMessages, isThin, seed } = shape
  return {
    ...{ name, workspaceId, conversations, deepMessages, isThin, seed, tagIds },
    memberIds: people.map(({ memberId }) => memberId),
    userIds: people.map(({ userId }) => userId),
    inboxes: await connectInboxes(kernel, workspaceId, shape.inboxes),
  }
}

function slugOf(workspaceId: string): string {
  return `measure-${workspaceId.slice(-12)}`
}

async function connectInboxes(kernel: Kernel, workspaceId: string, count: number): Promise<InboxPlace[]> {
  const room = createInboxesRoom(kernel)
  const places: InboxPlace[] = []
  for (let at = 0; at < count; at++) {
    const draft = { channel: 'api', name: `Shop ${at + 1}`, settings: {} } as const
    const { inbox, signingSecret } = await kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, (tx) =>
      room.connect(tx, draft),
    )
    places.push({ id: inbox.id, key: inbox.key, signingSecret })
  }
  return places
}

/** Cookies of new sessions, in turn for each of the users. */
export async function openSessions(
  kernel: Kernel,
  superuser: DatabaseAddress,
  userIds: readonly string[],
  count: number,
): Promise<string[]> {
  const now = kernel.clock.now()
  const made = Array.from({ length: count }, (_, place) => ({
    token: randomBytes(32).toString('base64url'),
    id: kernel.mint.next(),
    userId: userIds[place % userIds.length] ?? '',
  }))
  await withClient(superuser, (client) =>
    client.query(
      `insert into desk.session (id, token_hash, user_id, is_shared_computer, created_at, last_active_at, expires_at)
       select one.id, one.hash, one.user_id, false, $4, $4, $5
       from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as one(id, hash, user_id)`,
      [
        made.map(({ id }) => id),
        made.map(({ token }) => createHash('sha256').update(token).digest()),
        made.map(({ userId }) => userId),
        now,
        new Date(now.getTime() + SESSION_MS),
      ],
    ),
  )
  return made.map(({ token }) => `desk_session=${token}`)
}
