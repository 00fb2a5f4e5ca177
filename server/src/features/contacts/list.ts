/** Lists contacts by recency, all of them or those a query finds. */
import { matcherOf, SEARCH_RANKS, type SearchRank } from '@central-desk/contract/search-match.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { normalisePhone } from '@central-desk/contract/phone.ts'
import { Type } from 'typebox'
import { CursorMoment, CursorUuid, cursorOf } from '../../kernel/cursor.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { tokenRows } from '../../kernel/search-words.ts'
import { ADDRESS_PURPOSE, EMAIL_PURPOSE, keysOf, normaliseContactEmail, PHONE_PURPOSE } from './addresses.ts'
import { type ContactInside, contactText, contactView, type ReadAddress } from './present.ts'
import { addressesOf, idsByKeys, type NamedRow, namedByTokens, pageOfContacts } from './queries.ts'

/** More people than this by one name, and a longer query is the better answer. */
const FOUND_MAX = 500

const cursors = cursorOf(Type.Tuple([CursorMoment, CursorUuid]))

export interface ContactsParts {
  readonly readAddress: ReadAddress
  /** How channels spell the address of whom a person calls by this text. */
  readonly addressesReadAs: (text: string) => readonly string[]
}

export interface ListQuery {
  readonly q?: string
  readonly only?: 'blocked'
  readonly cursor?: string
  readonly limit?: number
}

export async function listContacts(
  tx: WorkspaceTx,
  parts: ContactsParts,
  { q, only, cursor, limit = LIMITS.listPageSize }: ListQuery,
): Promise<{ contacts: ContactInside[]; nextCursor: string | null }> {
  const place = cursor === undefined ? null : cursors.read('cursor', cursor)
  const after = place && { lastSeenAt: new Date(place[0]), id: place[1] }
  const asked = q?.trim() ?? ''
  const ids = asked === '' ? null : await findContactIds(tx, parts, asked)
  const wanted = { ids, onlyBlocked: only === 'blocked', after, limit: limit + 1 }
  const rows = ids?.length === 0 ? [] : await pageOfContacts(tx, wanted)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const addresses = Map.groupBy(
    await addressesOf(
      tx,
      page.map(({ id }) => id),
    ),
    ({ contact_id }) => contact_id,
  )
  return {
    contacts: page.map((row) => contactView(row, addresses.get(row.id) ?? [], tx.keys, parts.readAddress)),
    nextCursor: last ? cursors.write([last.last_seen_at.getTime(), last.id]) : null,
  }
}

async function findContactIds(tx: WorkspaceTx, parts: ContactsParts, q: string): Promise<string[]> {
  const exact = await idsByKeys(
    tx,
    {
      emails: keysOf(tx.keys, EMAIL_PURPOSE, normaliseContactEmail(q)),
      phones: keysOf(tx.keys, PHONE_PURPOSE, normalisePhone(q)),
      addresses: parts.addressesReadAs(q).flatMap((address) => keysOf(tx.keys, ADDRESS_PURPOSE, address)),
    },
    FOUND_MAX,
  )
  // রাশেদা is who somebody means that types rasheda; the page is one list by recency, so both stand in it.
  return [...new Set([...exact, ...(await findByName(tx, q, 'similar', FOUND_MAX))])]
}

/** Contacts whose name holds every word of the query, as well as the rank asks for or better. */
export async function findByName(tx: WorkspaceTx, q: string, rank: SearchRank, limit: number): Promise<string[]> {
  const words = tokenRows(tx.keys.searchQuery(q), rank)
  if (!words) return []
  const proposed = await namedByTokens(tx, words, limit)
  const matchIn = matcherOf(q)
  const isNamed = (row: NamedRow) => {
    const name = contactText(tx.keys, row.id, 'name', row.name_sealed)
    const match = name === null ? null : matchIn(name)
    return match !== null && SEARCH_RANKS.indexOf(match.rank) <= SEARCH_RANKS.indexOf(rank)
  }
  return proposed.filter(isNamed).map(({ id }) => id)
}
