/**
 * Finds messages by words and beginnings of words, conversations by number and by the contact's name, and apart from
 * these what only sounds alike. The index proposes; a message is shown when its unsealed text holds every word.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { fold } from '@central-desk/contract/fold.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { matcherOf, type SearchMatch, type SearchRank } from '@central-desk/contract/search-match.ts'
import { Type } from 'typebox'
import { CursorUuid, cursorOf } from '../../kernel/cursor.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { tokenRows } from '../../kernel/search-words.ts'
import { findByName } from '../contacts/index.ts'
import { excerptOf } from './excerpt.ts'
import type { HitInside, RowInside } from './inside.ts'
import { messageText } from './present.ts'
import { readRows } from './rows.ts'
import {
  type FoundMessage,
  idByNumber,
  idsByContacts,
  isIndexComplete,
  proposeMessages,
  selectTexts,
} from './search-queries.ts'

const cursors = cursorOf(Type.Tuple([CursorUuid]))

/** Proposals that are unsealed in one go, and how often before the page is answered as it is. */
const PROPOSALS = 200
/** Where a word is common, what only sounds like it is looked for among the newest, not behind all of them. */
const ROUNDS_MAX = { prefix: 5, similar: 1 } as const
/** Many long texts that only begin like what is searched would keep the process busy: the page ends, the next goes on. */
const LOOKED_CHARACTERS_MAX = 200_000
const SIMILAR_MAX = 10
const NAMES_MAX = 20
const NAMED_CONVERSATIONS_MAX = 10
const CONVERSATION_NUMBER = /^#?\s*(\d{1,9})$/

export interface SearchQuery {
  readonly q: string
  readonly cursor?: string
  readonly limit?: number
}
export interface SearchAnswer {
  readonly hits: HitInside[]
  readonly similar: HitInside[]
  readonly nextCursor: string | null
  readonly isComplete: boolean
}

type MessageHit = { readonly message: FoundMessage; readonly excerpt: string }
type Found = { readonly hits: readonly MessageHit[]; readonly next: string | null }

export async function search(
  tx: WorkspaceTx,
  { q, cursor, limit = LIMITS.listPageSize }: SearchQuery,
): Promise<SearchAnswer> {
  const before = cursor === undefined ? null : cursors.read('cursor', cursor)[0]
  const isComplete = await isIndexComplete(tx)
  const found = await findMessages(tx, q, 'prefix', before, limit)
  const isFirst = before === null
  const similar = isFirst ? (await findMessages(tx, q, 'similar', null, SIMILAR_MAX)).hits : []
  const conversationIds = isFirst ? await findConversations(tx, q) : []
  const ids = [...conversationIds, ...[...found.hits, ...similar].map(({ message }) => message.conversation_id)]
  const rows = new Map((await readRows(tx, [...new Set(ids)])).map((row) => [row.id, row]))
  return {
    hits: [...conversationIds.flatMap((id) => conversationHit(rows.get(id))), ...messageHits(found.hits, rows)],
    similar: messageHits(similar, rows),
    nextCursor: found.next === null ? null : cursors.write([found.next]),
    isComplete,
  }
}

/** Exactly what a rank asks for: what is found as written is no news among what sounds alike. */
function isWanted(match: SearchMatch | null, rank: SearchRank): match is SearchMatch {
  return match !== null && (match.rank === 'similar') === (rank === 'similar')
}

async function findMessages(
  tx: WorkspaceTx,
  q: string,
  rank: 'prefix' | 'similar',
  before: string | null,
  limit: number,
): Promise<Found> {
  const words = tx.keys.searchQuery(q)
  const tokens = tokenRows(words, rank)
  if (!tokens || (rank === 'similar' && words.every(({ similar }) => similar.length === 0)))
    return { hits: [], next: null }
  const matchIn = matcherOf(q)
  const hits: MessageHit[] = []
  let last = before
  let characters = 0
  for (let round = 0; round < ROUNDS_MAX[rank]; round++) {
    const ids = await proposeMessages(tx, tokens, last, PROPOSALS)
    for (const message of await selectTexts(tx, ids)) {
      const text = messageText(message, tx.keys)
      const match = matchIn(text)
      if (isWanted(match, rank)) {
        // One more than was asked for shows that there is a next page.
        if (hits.length === limit) return { hits, next: hits.at(-1)?.message.id ?? null }
        hits.push({ message, excerpt: excerptOf(text, match.marks[0] ?? { start: 0, end: 0 }) })
      }
      characters += text.length
      if (characters > LOOKED_CHARACTERS_MAX) return { hits, next: message.id }
      await turn()
    }
    last = ids.at(-1) ?? null
    if (ids.length < PROPOSALS) return { hits, next: null }
  }
  return { hits, next: last }
}

/** By number, as in `#142`, and by the contact's name; by what it sounds like when nobody is written so. */
async function findConversations(tx: WorkspaceTx, q: string): Promise<string[]> {
  const [, digits] = CONVERSATION_NUMBER.exec(fold(q).trim()) ?? []
  const byNumber = digits === undefined ? null : await idByNumber(tx, Number(digits))
  const asWritten = await findByName(tx, q, 'prefix', NAMES_MAX)
  const contactIds = asWritten.length > 0 ? asWritten : await findByName(tx, q, 'similar', NAMES_MAX)
  const byName = await idsByContacts(tx, contactIds, NAMED_CONVERSATIONS_MAX)
  return [...new Set([...(byNumber === null ? [] : [byNumber]), ...byName])]
}

function conversationHit(conversation: RowInside | undefined): HitInside[] {
  if (!conversation) return []
  const excerpt = conversation.lastMessage?.preview ?? ''
  return [{ conversation, messageId: null, excerpt, sentAt: conversation.lastActivityAt }]
}

function messageHits(found: readonly MessageHit[], rows: ReadonlyMap<string, RowInside>): HitInside[] {
  return found.flatMap(({ message, excerpt }) => {
    const conversation = rows.get(message.conversation_id)
    return conversation ? [{ conversation, messageId: message.id, excerpt, sentAt: message.sent_at }] : []
  })
}
