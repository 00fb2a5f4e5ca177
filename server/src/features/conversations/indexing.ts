/**
 * Fills the search index behind what was stored: reads the backlog, unseals, writes tokens, strikes off. Any number of
 * workers may run; one at a time in each workspace. What a crash interrupts is done again from the start.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError, type Logger } from '../../kernel/log.ts'
import { isDestroyed, type WorkspaceTx } from '../../kernel/scope.ts'
import { SealBroken } from '../../kernel/vault/index.ts'
import { indexNames } from '../contacts/index.ts'
import { messageText } from './present.ts'
import {
  backlog,
  contactsOf,
  type Entry,
  type FoundMessage,
  selectTexts,
  storeEntries,
  takeBacklog,
  takeWorkspace,
} from './search-queries.ts'

/** What a round looks at. Many, because a workspace costs as much as its messages when it has only a few of them. */
const WAITING_AT_ONCE = 2_000
/** What one transaction writes. */
const INDEX_AT_ONCE = 500

/** True when there may be more to index at once. */
export async function indexBacklog(kernel: Kernel): Promise<boolean> {
  const waiting = await kernel.doors.inSystem('search.backlog', 'desk_worker', ({ db }) => backlog(db, WAITING_AT_ONCE))
  let indexed = 0
  for (const [workspaceId, rows] of Map.groupBy(waiting, ({ workspace_id }) => workspace_id)) {
    for (let at = 0; at < rows.length; at += INDEX_AT_ONCE) {
      const ids = rows.slice(at, at + INDEX_AT_ONCE).map(({ message_id }) => message_id)
      indexed += await indexIn(kernel, workspaceId, ids)
    }
  }
  return waiting.length === WAITING_AT_ONCE && indexed > 0
}

async function indexIn({ doors, log }: Kernel, workspaceId: string, ids: readonly string[]): Promise<number> {
  const options = { workspaceId, actor: { kind: 'system' }, door: 'desk_worker' } as const
  try {
    return await doors.inWorkspace(options, (tx) => indexMessages(tx, ids, log))
  } catch (error) {
    // Nobody will ever find these; waiting, they would keep others from being looked at.
    if (isDestroyed(error)) {
      const given = await doors.inWorkspace({ ...options, withoutKeys: true }, (tx) => takeBacklog(tx, ids))
      return given.length
    }
    // One workspace whose keys do not open keeps no other from being indexed.
    log.error({ workspaceId, error: describeError(error) }, 'messages could not be indexed')
    return 0
  }
}

async function indexMessages(tx: WorkspaceTx, ids: readonly string[], log: Logger): Promise<number> {
  if (!(await takeWorkspace(tx))) return 0
  const messages = await selectTexts(tx, await takeBacklog(tx, ids))
  await storeEntries(tx, await entriesOf(tx, messages, log))
  const conversationIds = [...new Set(messages.map(({ conversation_id }) => conversation_id))]
  await indexNames(tx, await contactsOf(tx, conversationIds))
  return messages.length
}

/** A long text costs milliseconds: whoever else waits for this process has a turn after each. */
export async function entriesOf(tx: Pick<WorkspaceTx, 'keys'>, messages: readonly FoundMessage[], log: Logger) {
  const entries: Entry[] = []
  for (const message of messages) {
    entries.push(...entryOf(tx, message, log))
    await turn()
  }
  return entries
}

function entryOf(tx: Pick<WorkspaceTx, 'keys'>, message: FoundMessage, log: Logger): Entry[] {
  try {
    const tokens = tx.keys.searchTokens(messageText(message, tx.keys))
    return tokens.length === 0 ? [] : [{ messageId: message.id, conversationId: message.conversation_id, tokens }]
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    log.error({ messageId: message.id }, 'a message does not open and cannot be found by its words')
    return []
  }
}
