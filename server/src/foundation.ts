/**
 * What stands under a desk before the first request: home, keys, database, roles, pools. Shared by the program and by
 * the operator's commands. Everything expected that goes wrong here is one sentence (`StartRefusal`, `KeyTrouble`), and
 * what was already up is taken down again.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from './config.ts'
import { systemClock, systemRandomness } from './kernel/clock.ts'
import { LOGIN_ROLES, type LoginRole } from './kernel/database-roles.ts'
import { rememberKeyStore } from './kernel/key-store-guard.ts'
import { describeError, type Logger } from './kernel/log.ts'
import { MONTHS_AHEAD } from './kernel/months.ts'
import { createOutbound } from './kernel/outbound.ts'
import { openPools, type Pools } from './kernel/pools.ts'
import { prepareDatabase } from './kernel/prepare-database.ts'
import type { KernelParts } from './kernel/kernel.ts'
import { createVault, type KeyProvider, openKeys } from './kernel/vault/index.ts'
import { addressFromUrl, type DatabaseAddress, withClient } from './postgres/address.ts'
import { openRunning, startEmbedded } from './postgres/embedded.ts'

const HOME_MODE = 0o700
const LOCK_NOT_AVAILABLE = '55P03'
/** A statement that hangs keeps its connection; the end of the program does not wait for it. */
const POOLS_END_TIMEOUT_MS = 3_000

export type Foundation = {
  readonly parts: KernelParts
  readonly owner: DatabaseAddress
  /** True when nobody has signed up in this database yet. */
  readonly isEmpty: boolean
  /** Settles when the embedded database ended by itself; never for an outside one. */
  readonly databaseEnded: Promise<string>
  close(): Promise<void>
}

export async function layFoundation(config: Config, log: Logger, say: (sentence: string) => void): Promise<Foundation> {
  // The embedded database makes the home itself: started by root it runs as another user, who must be let through.
  if (config.databaseUrl) mkdirSync(config.home, { recursive: true, mode: HOME_MODE })
  const embedded = config.databaseUrl ? null : await startEmbedded({ home: config.home, log: say })
  let pools: OpenPools | undefined
  try {
    const owner = embedded?.owner ?? addressFromUrl(config.databaseUrl?.reveal() ?? '')
    const keys = await openKeysOf(config)
    const passwordOf = rolePasswords(keys.provider, owner.database)
    await prepareDatabase({ owner, passwordOf, scopeKey: keys.provider.deriveSecret('scope-signing'), log: say })
    await rememberKeyStore(owner, keys.store.id)
    await makePartitions(owner, log)
    pools = openPools(owner, passwordOf, log)
    const openedPools = pools
    return {
      owner,
      isEmpty: await isEmpty(openedPools),
      databaseEnded: embedded?.ended ?? new Promise(() => {}),
      parts: { ...partsOn(config, keys, openedPools, log), dataFolder: embedded?.dataFolder },
      async close() {
        await Promise.race([openedPools.end(), pause(POOLS_END_TIMEOUT_MS, null, { ref: false })])
        await embedded?.stop()
      },
    }
  } catch (error) {
    await pools?.end().catch(() => {})
    await embedded?.stop().catch(() => {})
    throw error
  }
}

/**
 * Stands beside the desk that runs on this home with its embedded database: prepares nothing, starts nothing, stops
 * nothing but itself. Null when no desk runs there.
 */
export async function joinFoundation(config: Config, log: Logger): Promise<Pick<Foundation, 'parts' | 'close'> | null> {
  const owner = openRunning(config.home)
  if (!owner) return null
  const keys = await openKeysOf(config)
  const pools = openPools(owner, rolePasswords(keys.provider, owner.database), log)
  return { parts: partsOn(config, keys, pools, log), close: () => pools.end() }
}

type OpenPools = ReturnType<typeof openPools>
type Keys = Awaited<ReturnType<typeof openKeys>>

function openKeysOf(config: Config): Promise<Keys> {
  return openKeys({
    folder: join(config.home, 'keys'),
    randomness: systemRandomness,
    awsKms: config.keyProvider.kind === 'aws-kms' ? { keyArn: config.keyProvider.keyArn } : undefined,
  })
}

function partsOn(config: Config, { provider, store }: Keys, pools: Pools, log: Logger): KernelParts {
  return {
    origins: config.origins,
    isTls: config.isTls,
    isLoopback: config.isLoopback,
    mayCallLoopback: config.isForThisMachine,
    filesFolder: join(config.home, 'files'),
    pools,
    vault: createVault({ provider, store, clock: systemClock, randomness: systemRandomness }),
    scopeKey: provider.deriveSecret('scope-signing'),
    secret: provider.deriveSecret('desk-secrets'),
    clock: systemClock,
    randomness: systemRandomness,
    log,
    outbound: createOutbound({ allowLoopback: config.isForThisMachine }),
  }
}

function rolePasswords(provider: KeyProvider, database: string): (role: LoginRole) => string {
  const passwords = new Map(
    LOGIN_ROLES.map((role) => [role, provider.deriveSecret(`database-role:${role}:${database}`).toString('base64url')]),
  )
  return (role) => passwords.get(role) ?? ''
}

/** Makes the months ahead. Another node may be at it, or a long statement in the way: a later start or the worker does it. */
async function makePartitions(owner: DatabaseAddress, log: Logger): Promise<void> {
  try {
    await withClient(owner, (client) =>
      client.query('select app.ensure_month_partitions($1, $2)', [systemClock.now(), MONTHS_AHEAD]),
    )
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
    log.warn({ error: describeError(error) }, 'months of message partitions are made later')
  }
}

async function isEmpty(pools: Pools): Promise<boolean> {
  const users = await pools.desk_auth.query('select from desk.app_user limit 1')
  return users.rowCount === 0
}
