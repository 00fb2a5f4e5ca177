/**
 * The two doors to the database. `inWorkspace` opens a transaction that is in one workspace, signed so that the database
 * itself holds it there, and hands over everything a verb needs: typed queries, the workspace's keys, `publish` and
 * `audit`. `inSystem` opens one without a workspace for the few who must look across; each caller has a name on the
 * guest list. Deed, audit entry and event commit together or not at all. Nobody else ever holds a connection.
 */
import type { Role } from '@central-desk/contract/permissions.ts'
import type pg from 'pg'
import { assert } from './assert.ts'
import { type AuditNote, type AuditOrigin, appendAudit } from './audit.ts'
import type { Clock } from './clock.ts'
import type { IdMint } from './ids.ts'
import { type Database, type DoorRole, type Pools, queriesOn } from './pools.ts'
import { appendEvents, type PublishedEvent } from './published.ts'
import type { ScopeSigner } from './scope-signature.ts'
import type { SystemGuest } from './system-guests.ts'
import { KeyTrouble, type Vault, type WorkspaceKeys } from './vault/index.ts'

export type Actor =
  | { readonly kind: 'member'; readonly memberId: string; readonly userId: string; readonly role: Role }
  | { readonly kind: 'visitor'; readonly visitorId: string }
  | { readonly kind: 'operator' }
  | { readonly kind: 'system' }

/** Where a call came from, for the audit trail. */
export type CallOrigin = {
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}
export const NO_ORIGIN: CallOrigin = { ip: null, userAgent: null, requestId: null }

declare const openedByTheDoor: unique symbol

/** A transaction in one workspace. Only `inWorkspace` makes one. */
export interface WorkspaceTx {
  readonly [openedByTheDoor]: true
  readonly db: Database
  readonly workspaceId: string
  readonly actor: Actor
  /** Member who acts, or null for visitors and the system. */
  readonly memberId: string | null
  readonly keys: WorkspaceKeys
  readonly now: Date
  readonly nextId: () => string
  /** The signed scope, for static functions that verify it themselves. */
  readonly scope: string
  publish(event: PublishedEvent): void
  audit(note: AuditNote): void
}

export interface SystemTx {
  readonly db: Database
  readonly now: Date
  readonly nextId: () => string
  /** Signs a scope for this connection, for the static functions of intake. */
  scopeFor(workspaceId: string): string
}

export type SystemQuestion = Pick<SystemTx, 'db' | 'now'>

export type WorkspaceOptions = {
  readonly workspaceId: string
  readonly actor: Actor
  readonly door?: DoorRole
  readonly readOnly?: boolean
  /** Opens also where the keys were destroyed; whatever would seal or unseal throws. */
  readonly withoutKeys?: boolean
  readonly origin?: CallOrigin
  /** The audit action that this transaction must leave behind, or it does not commit. */
  readonly promisedAudit?: string
}

export interface Doors {
  inWorkspace<T>(options: WorkspaceOptions, work: (tx: WorkspaceTx) => Promise<T>): Promise<T>
  inSystem<T>(guest: SystemGuest, door: DoorRole, work: (tx: SystemTx) => Promise<T>): Promise<T>
  /** One statement, which PostgreSQL runs in a transaction of its own: two round trips less for what every call asks. */
  askSystem<T>(guest: SystemGuest, door: DoorRole, ask: (system: SystemQuestion) => Promise<T>): Promise<T>
}

export type DoorParts = {
  readonly pools: Pools
  readonly vault: Vault
  readonly sign: ScopeSigner
  readonly clock: Clock
  readonly mint: IdMint
  /** Told after each commit that wrote events: the realtime relay wakes its streams. */
  readonly onEvents: (workspaceId: string, lastNumber: number) => void
}

const NO_KEYS = new Proxy({} as WorkspaceKeys, {
  get() {
    throw new Error('this transaction was opened without the keys of its workspace')
  },
})

/** Whether that is what went wrong: the keys of the workspace were destroyed, and no later try will open it. */
export function isDestroyed(error: unknown): boolean {
  return error instanceof KeyTrouble && error.code === 'workspace_destroyed'
}

const DEADLOCK = '40P01'
const DEADLOCK_RETRIES = 2

export function createDoors(parts: DoorParts): Doors {
  return {
    async inWorkspace(options, work) {
      const keys = options.withoutKeys ? NO_KEYS : await parts.vault.open(options.workspaceId)
      for (let attempt = 0; ; attempt++) {
        try {
          return await workspaceTransaction(parts, options, keys, work)
        } catch (error) {
          if ((error as { code?: string }).code !== DEADLOCK || attempt === DEADLOCK_RETRIES) throw error
        }
      }
    },
    inSystem(_guest, door, work) {
      return transaction(parts.pools[door], false, (client) =>
        work({
          db: queriesOn(client),
          now: parts.clock.now(),
          nextId: () => parts.mint.next(),
          scopeFor: (workspaceId) => parts.sign(door, workspaceId, backendPid(client)),
        }),
      )
    },
    async askSystem(_guest, door, ask) {
      const client = await connectionOf(parts.pools[door])
      try {
        return await ask({ db: queriesOn(client), now: parts.clock.now() })
      } catch (error) {
        throw asLoss(client, error)
      } finally {
        client.release()
      }
    },
  }
}

async function workspaceTransaction<T>(
  parts: DoorParts,
  options: WorkspaceOptions,
  keys: WorkspaceKeys,
  work: (tx: WorkspaceTx) => Promise<T>,
): Promise<T> {
  const { workspaceId, actor, door = 'desk_app', readOnly = false } = options
  const events: PublishedEvent[] = []
  const notes: AuditNote[] = []
  let lastNumber: number | null = null
  const answer = await transaction(parts.pools[door], readOnly, async (client) => {
    const scope = parts.sign(door, workspaceId, backendPid(client))
    // Not a prepared statement: its name would outlive this transaction, and a smuggled statement could put another one
    // under it for whoever has the connection next.
    await client.query("select set_config('app.scope', $1, true)", [scope])
    const db = queriesOn(client)
    const now = parts.clock.now()
    const memberId = actor.kind === 'member' ? actor.memberId : null
    const tx = {
      db,
      workspaceId,
      actor,
      memberId,
      keys,
      now,
      nextId: () => parts.mint.next(),
      scope,
      publish: (event: PublishedEvent) => void events.push(event),
      audit: (note: AuditNote) => void notes.push(note),
    } as unknown as WorkspaceTx
    const result = await work(tx)
    const promised = options.promisedAudit
    assert(!promised || notes.some((note) => note.action === promised), `the audit entry ${promised} was not written`)
    if (notes.length > 0) await appendAudit(db, auditOrigin(options), notes, now, tx.nextId)
    if (events.length > 0) lastNumber = await appendEvents(db, workspaceId, memberId, events, now)
    return result
  })
  if (lastNumber !== null) parts.onEvents(workspaceId, lastNumber)
  return answer
}

function auditOrigin({ workspaceId, actor, origin = NO_ORIGIN }: WorkspaceOptions): AuditOrigin {
  assert(actor.kind !== 'visitor', 'a visitor does nothing that is audited')
  const actorMemberId = actor.kind === 'member' ? actor.memberId : null
  return { workspaceId, actorKind: actor.kind, actorMemberId, ...origin }
}

function backendPid(client: pg.PoolClient): number {
  const pid = (client as unknown as { processID: number | null }).processID
  assert(pid, 'the driver knows the backend of its connection')
  return pid
}

/** What PostgreSQL calls a connection that could not be made; of the moment, and no fault of whoever asked. */
export const NO_CONNECTION = '08001'
/** And one that went away in the middle: what was asked of it may or may not have happened. */
export const CONNECTION_LOST = '08006'

/** A database that is away, or a pool whose connections are all taken, is one kind of failure. */
function connectionOf(pool: pg.Pool): Promise<pg.PoolClient> {
  return pool.connect().then(watchLoss, (cause: unknown) => {
    throw Object.assign(new Error('there is no connection to the database', { cause }), { code: NO_CONNECTION })
  })
}

const watched = new WeakSet<pg.PoolClient>()
const lost = new WeakSet<pg.PoolClient>()

function watchLoss(client: pg.PoolClient): pg.PoolClient {
  if (watched.has(client)) return client
  watched.add(client)
  return client.on('error', () => lost.add(client))
}

/** The driver says a lost connection in words only; a refusal of the database itself says more. */
function asLoss(client: pg.PoolClient, error: unknown): unknown {
  if (!lost.has(client) || (error instanceof Error && 'severity' in error)) return error
  return Object.assign(new Error('the connection to the database was lost', { cause: error }), {
    code: CONNECTION_LOST,
  })
}

/** Begin, work, commit; rollback on any error. A connection whose rollback fails is thrown away. */
async function transaction<T>(
  pool: pg.Pool,
  readOnly: boolean,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connectionOf(pool)
  let broken: Error | undefined
  try {
    await client.query(readOnly ? 'begin read only' : 'begin')
    const result = await work(client)
    const done = await client.query('commit')
    // An aborted transaction "commits" without an error; only the command tag tells.
    assert(done.command === 'COMMIT', 'the transaction had failed and was rolled back')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw asLoss(client, error)
  } finally {
    client.release(broken)
  }
}
