/**
 * The front door of intake: the hook route of signed channels, `keep` for channels whose events the desk makes itself
 * (web chat), and the loop that stores what was kept.
 */
import { receiveHook } from '@central-desk/contract/hooks.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Secret } from '../../kernel/secret.ts'
import { findSignedAdapter } from '../../channels/registry.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { startLoop } from '../../kernel/loop.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { readBytes } from '../../kernel/web/server.ts'
import { createKeeper } from './keeper.ts'
import { createStorer, type StoreBytes } from './storer.ts'

/** Another process may keep an event that this one stores: looked for at the latest after this. */
const LOOK_MS = 1_000

/** An inbox as a call from outside finds it; null when there is none, or it is switched off. */
export type FindInbox = (key: string) => Promise<{
  readonly workspaceId: string
  readonly inboxId: string
  readonly channel: string
  readonly isEnabled: boolean
  readonly secretsGoodNow: readonly Secret[]
} | null>

export function createIntakeRoom(kernel: Kernel, parts: { findInboxByKey: FindInbox; storeBytes: StoreBytes }) {
  const keeper = createKeeper(kernel)

  return {
    keep: keeper.keep,

    mount(routes: Routes): void {
      routes.signed(receiveHook, { limit: 'hook', bodyBytes: LIMITS.hookBodyBytes }, async (call) => {
        const adapter = findSignedAdapter(call.params.channel)
        const inbox = adapter && (await parts.findInboxByKey(call.params.inboxKey))
        if (!adapter || !inbox?.isEnabled || inbox.channel !== adapter.channel) throw refuse('not_found')
        const raw = await readBytes(call.request.body, LIMITS.hookBodyBytes)
        const verdict = adapter.verify(raw, call.request.headers, inbox.secretsGoodNow, kernel.clock.now())
        if (!verdict.ok) {
          kernel.log.warn({ inboxId: inbox.inboxId, reason: verdict.reason }, 'a hook call was refused')
          throw refuse('bad_signature')
        }
        const { workspaceId, inboxId } = inbox
        await kernel.limiter.spend('hook', `inbox|${inboxId}`)
        await keeper.keep({ workspaceId, inboxId, eventKey: verdict.eventKey, raw })
        return { isKept: true }
      })
    },

    start() {
      const storer = createStorer(kernel, parts.storeBytes)
      const loop = startLoop({ name: 'intake', log: kernel.log, round: storer.round, longestPause_ms: LOOK_MS })
      const forget = kernel.signals.on('inbound', loop.wake)
      return {
        async stop() {
          forget()
          await keeper.idle()
          await loop.stop()
        },
      }
    },
  }
}
