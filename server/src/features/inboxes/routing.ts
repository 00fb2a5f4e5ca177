/**
 * From the public key of an inbox to where it belongs and what verifies its calls. Asked by every call from outside, so
 * the answer is kept for a second and a burst of calls asks the database once; calls that come while it is asked share
 * the one question. A secret that retires within that second is no longer handed out. Unknown and switched-off inboxes
 * are the same: null. Unknown keys are not remembered, or strangers could fill the memory.
 */
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { Secret } from '../../kernel/secret.ts'
import { KeyTrouble } from '../../kernel/vault/index.ts'
import { type RoutingRow, routingRow, type SecretRow, verifierSecrets } from './queries.ts'

const KEPT_MS = 1_000
const KEPT_MAX = 10_000

export type RoutedInbox = {
  readonly workspaceId: string
  readonly inboxId: string
  readonly channel: Channel
  readonly name: string
  readonly settings: InboxSettings
  readonly isEnabled: boolean
  /** Newest first. */
  readonly secretsGoodNow: readonly Secret[]
}
type Known = Omit<RoutedInbox, 'secretsGoodNow'> & {
  readonly secrets: readonly { readonly secret: Secret; readonly retiresAt: Date | null }[]
}

export type InboxRouting = {
  find(key: string): Promise<RoutedInbox | null>
  /** A change was committed: the next call asks again. */
  forget(key: string): void
}

export function createRouting({ doors, vault, clock }: Pick<Kernel, 'doors' | 'vault' | 'clock'>): InboxRouting {
  const kept = new Map<string, { until: number; known: Known }>()
  const asked = new Map<string, Promise<Known | null>>()

  async function read(key: string): Promise<Known | null> {
    const found = await doors.inSystem('intake.inbox', 'desk_ingest', async ({ db, now }) => {
      const row = await routingRow(db, key)
      return row && { row, secrets: await verifierSecrets(db, row, now) }
    })
    if (!found?.row.is_enabled) return null
    try {
      return await unsealed(found.row, found.secrets)
    } catch (error) {
      if (error instanceof KeyTrouble && error.code === 'workspace_destroyed') return null
      throw error
    }
  }

  async function unsealed(row: RoutingRow, secrets: readonly SecretRow[]): Promise<Known> {
    const keys = await vault.open(row.workspace_id)
    return {
      workspaceId: row.workspace_id,
      inboxId: row.id,
      channel: row.channel,
      name: row.name,
      settings: row.settings,
      isEnabled: row.is_enabled,
      secrets: secrets.map(({ id, sealed, retires_at }) => ({
        secret: new Secret(keys.unsealText({ table: 'inbox_verifier', row: id, field: 'secret' }, sealed)),
        retiresAt: retires_at,
      })),
    }
  }

  function keep(key: string, known: Known): void {
    const now = clock.now().getTime()
    if (kept.size >= KEPT_MAX) {
      for (const [old, { until }] of kept) if (until <= now) kept.delete(old)
      if (kept.size >= KEPT_MAX) kept.clear()
    }
    kept.set(key, { until: now + KEPT_MS, known })
  }

  function ask(key: string): Promise<Known | null> {
    const known = asked.get(key)
    if (known) return known
    const answer = read(key)
      .then((found) => {
        // A change that was committed while this was read has made it old.
        if (found && asked.get(key) === answer) keep(key, found)
        return found
      })
      .finally(() => {
        if (asked.get(key) === answer) asked.delete(key)
      })
    asked.set(key, answer)
    return answer
  }

  return {
    async find(key) {
      const held = kept.get(key)
      const isFresh = held !== undefined && held.until > clock.now().getTime()
      const known = isFresh ? held.known : await ask(key)
      if (!known) return null
      const now = clock.now()
      const { secrets, ...inbox } = known
      const good = secrets.filter(({ retiresAt }) => retiresAt === null || retiresAt > now)
      return { ...inbox, secretsGoodNow: good.map(({ secret }) => secret) }
    },
    forget(key) {
      kept.delete(key)
      asked.delete(key)
    },
  }
}
