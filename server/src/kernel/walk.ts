/**
 * A walk over all rows of one table of one workspace, page by page in small transactions, while everybody else goes on.
 * Each page says where the next one begins, so a walk holds nothing between pages and may end anywhere: what is done
 * stays done, and the next walk finds the rest. In the mode `look` it changes nothing and counts what it would change.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { WorkspaceTx } from './scope.ts'
import { SealBroken } from './vault/index.ts'

export type WalkMode = 'write' | 'look'

/** What a page, or the whole walk, came to. */
export type Tally = {
  readonly seen: number
  /** Given a new key; in the mode `look`: in want of one. */
  readonly changed: number
  /** Sealed values that open under no key that is kept: damaged, and lost before the walk. */
  readonly broken: number
}
export type Page<Place> = Tally & { readonly next: Place | null }

export const NOTHING: Tally = { seen: 0, changed: 0, broken: 0 }

/** How a room gives what it finds its rows by a new key: one table, in the order of its rows' ids. */
export type IndexWalk = {
  readonly table: string
  readonly family: 'lookup' | 'search'
  /** The look-up keys that it computes anew, as `table.column`. */
  readonly columns: readonly string[]
  readonly page: (tx: WorkspaceTx, after: string | null, mode: WalkMode) => Promise<Page<string>>
}

export function sum(one: Tally, other: Tally): Tally {
  return { seen: one.seen + other.seen, changed: one.changed + other.changed, broken: one.broken + other.broken }
}

/**
 * For the rest of the transaction rows are read along their key. Without statistics, as of a month that has just begun,
 * the planner would rather read all that stands behind the page and sort it, for every page anew.
 */
export async function readAlongKeys(tx: WorkspaceTx): Promise<void> {
  await sql`select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`.execute(tx.db)
}

/** Whoever else waits for this process has a turn after each page. */
export async function walk<Place>(
  pageAfter: (place: Place | null) => Promise<Page<Place>>,
  note: (soFar: Tally) => void,
): Promise<Tally> {
  let tally = NOTHING
  let place: Place | null = null
  do {
    const page: Page<Place> = await pageAfter(place)
    tally = sum(tally, page)
    place = page.next
    note(tally)
    await turn()
  } while (place !== null)
  return tally
}

type PageParts<Row> = {
  /** A page of fewer rows is the last one. */
  readonly limit: number
  readonly mode: WalkMode
  readonly idOf: (row: Row) => string
  /** What is to be done to a row; null when all is well with it. */
  readonly deedFor: (row: Row) => (() => Promise<void>) | null
}

/** One page, row by row. */
export async function pageOf<Row>(rows: readonly Row[], parts: PageParts<Row>): Promise<Page<string>> {
  let [changed, broken] = [0, 0]
  for (const row of rows) {
    try {
      const deed = parts.deedFor(row)
      if (!deed) continue
      if (parts.mode === 'write') await deed()
      changed += 1
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error
      broken += 1
    }
  }
  const last = rows.at(-1)
  return { seen: rows.length, changed, broken, next: rows.length === parts.limit && last ? parts.idOf(last) : null }
}
