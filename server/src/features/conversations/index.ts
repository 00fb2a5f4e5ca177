/**
 * The front door of conversations: its routes, the loops that wake and index, and what later rooms read: events filled
 * in for streams, and what to seal as a preview.
 */
import type { Kernel } from '../../kernel/kernel.ts'
import { startLoop } from '../../kernel/loop.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { indexBacklog } from './indexing.ts'
import { type ConversationsParts, mountConversations } from './routes.ts'
import { wakeSnoozed } from './wake.ts'

export { type EventInside, type FilledEvent, linkItem, readEvents } from './events.ts'
export { type Items, readItems } from './items.ts'
export { activityOf } from './present.ts'
export { previewOf } from './preview.ts'
export { messageWalk } from './reindexing.ts'
export { type MineOf, readListed, readMine, readRows } from './rows.ts'

/** Other processes store messages too, and call nobody here. */
const INDEX_PAUSE_MS = 2_000
/** Nobody searches for a word within a blink of its arrival; a dozen messages cost little more than one. */
const INDEX_GATHER_MS = 200
const WAKE_PAUSE_MS = 5_000

export function createConversationsRoom(kernel: Kernel, parts: ConversationsParts) {
  const { log, signals } = kernel
  return {
    mount: (routes: Routes) => mountConversations(routes, kernel, parts),

    start() {
      const indexing = startLoop({
        name: 'search index',
        log,
        longestPause_ms: INDEX_PAUSE_MS,
        shortestPause_ms: INDEX_GATHER_MS,
        round: () => indexBacklog(kernel),
      })
      const waking = startLoop({
        name: 'snoozes',
        log,
        longestPause_ms: WAKE_PAUSE_MS,
        round: () => wakeSnoozed(kernel),
      })
      const forget = signals.on('searchBacklog', indexing.wake)
      return {
        async stop() {
          forget()
          await Promise.all([indexing.stop(), waking.stop()])
        },
      }
    },
  }
}
