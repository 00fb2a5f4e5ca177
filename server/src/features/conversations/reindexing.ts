/** The re-index of messages: their search tokens, computed anew under the newest key from the sealed text. */
import { setImmediate as turn } from 'node:timers/promises'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { SealBroken } from '../../kernel/vault/index.ts'
import type { IndexWalk } from '../../kernel/walk.ts'
import { messageText } from './present.ts'
import { type FoundMessage, indexedAfter, replaceTokens, selectTexts, type Tokens } from './search-queries.ts'

const PAGE_ROWS = 200

function tokensOf(tx: WorkspaceTx, message: FoundMessage): readonly bigint[] | null {
  try {
    return tx.keys.searchTokens(messageText(message, tx.keys))
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}

export const messageWalk: IndexWalk = {
  table: 'search_entry',
  family: 'search',
  columns: [],
  async page(tx, after, mode) {
    const entries = await indexedAfter(tx, after, PAGE_ROWS)
    const ids = entries.map(({ message_id }) => message_id)
    const texts = new Map((await selectTexts(tx, ids)).map((message) => [message.id, message]))
    const changed: Tokens[] = []
    let broken = 0
    for (const { message_id: messageId, tokens } of entries) {
      const message = texts.get(messageId)
      const wanted = message ? tokensOf(tx, message) : null
      if (wanted === null) broken += 1
      else if (`{${wanted.join()}}` !== tokens) changed.push({ messageId, tokens: wanted })
      // A long text costs milliseconds.
      await turn()
    }
    if (mode === 'write') await replaceTokens(tx, changed)
    const next = entries.length === PAGE_ROWS ? (ids.at(-1) ?? null) : null
    return { seen: entries.length, changed: changed.length, broken, next }
  },
}
