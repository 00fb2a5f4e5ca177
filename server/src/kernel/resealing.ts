/**
 * Seals anew, under the newest version, what stands in the sealed columns of a workspace. Which columns there are says
 * the catalog, so that none can be forgotten: a row is named by its primary key and a field by its column, which is the
 * place every sealed value is bound to. A row that somebody changes meanwhile keeps the change.
 */
import { sql } from 'kysely'
import type { Doors, WorkspaceTx } from './scope.ts'
import { SealBroken, type SealPlace } from './vault/index.ts'
import { type Page, readAlongKeys, type WalkMode } from './walk.ts'

export type SealedTable = { readonly table_name: string; readonly sealed_columns: readonly string[] }
type SealedRow = {
  readonly row_key: string[]
  readonly versions: (number | null)[]
  /** Null when none of them is asked for, or the page is full. */
  readonly seals: (Buffer | null)[] | null
}
type Replacement = { key: string[]; before: (string | null)[]; after: (string | null)[] }

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
const NAME_END = '_sealed'

export async function sealedTables(tx: WorkspaceTx): Promise<SealedTable[]> {
  const { rows } = await sql<SealedTable>`select table_name, sealed_columns from app.sealed_tables()`.execute(tx.db)
  return rows
}

async function readPage(
  tx: WorkspaceTx,
  table: SealedTable,
  after: string[] | null,
  version: number | null,
): Promise<SealedRow[]> {
  const { rows } = await sql<SealedRow>`
    select row_key, versions, seals
    from app.read_seals(${table.table_name}, ${after}::text[], ${PAGE_ROWS}, ${PAGE_BYTES}, ${version}::int)
  `.execute(tx.db)
  return rows
}

function hexOf(bytes: Buffer | null): string | null {
  return bytes && `\\x${bytes.toString('hex')}`
}

/** Null when it does not open: damaged, and lost before this. */
function resealed(tx: WorkspaceTx, place: SealPlace, envelope: Buffer): Buffer | null {
  try {
    return tx.keys.seal(place, tx.keys.unseal(place, envelope))
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}

/** What of a row can be moved to the version; a damaged value stays as it is and keeps no other back. */
function replacementOf(tx: WorkspaceTx, table: SealedTable, row: SealedRow, version: number) {
  const [row_key, seals] = [row.row_key, row.seals ?? []]
  let broken = 0
  const after = seals.map((envelope, at) => {
    if (!envelope || row.versions[at] === version) return envelope
    const field = table.sealed_columns[at]?.slice(0, -NAME_END.length) ?? ''
    const anew = resealed(tx, { table: table.table_name, row: row_key.join('/'), field }, envelope)
    if (!anew) broken += 1
    return anew ?? envelope
  })
  const isMoved = after.some((envelope, at) => envelope !== seals[at])
  const replacement: Replacement | null = isMoved
    ? { key: row_key, before: seals.map(hexOf), after: after.map(hexOf) }
    : null
  return { replacement, broken }
}

/** One page of one table; `version` is the one that everything is to stand under. */
export async function resealPage(
  tx: WorkspaceTx,
  table: SealedTable,
  { after, version, mode }: { after: string[] | null; version: number; mode: WalkMode },
): Promise<Page<string[]>> {
  const rows = await readPage(tx, table, after, version)
  const replacements: Replacement[] = []
  let broken = 0
  let seen = 0
  let next = rows.length === PAGE_ROWS ? (rows.at(-1)?.row_key ?? null) : null
  for (const row of rows) {
    const isStale = row.versions.some((found) => found !== null && found !== version)
    if (isStale && !row.seals) {
      // The page is full; this row begins the next one.
      next = rows[seen - 1]?.row_key ?? null
      break
    }
    seen += 1
    if (!isStale) continue
    const one = replacementOf(tx, table, row, version)
    broken += one.broken
    if (one.replacement) replacements.push(one.replacement)
  }
  const changed = mode === 'look' ? replacements.length : await replace(tx, table, replacements)
  return { seen, changed, broken, next }
}

async function replace(tx: WorkspaceTx, table: SealedTable, replacements: readonly Replacement[]): Promise<number> {
  if (replacements.length === 0) return 0
  const { rows } = await sql<{ replaced: number }>`
    select app.replace_seals(${table.table_name}, ${JSON.stringify(replacements)}::jsonb) as replaced
  `.execute(tx.db)
  return rows[0]?.replaced ?? 0
}

/** How many sealed values stand under each version. */
export async function countSeals(doors: Doors, workspaceId: string): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const reading = <T>(work: (tx: WorkspaceTx) => Promise<T>) =>
    doors.inWorkspace(
      { workspaceId, actor: { kind: 'operator' }, door: 'desk_rekey', readOnly: true, withoutKeys: true },
      work,
    )
  for (const table of await reading(sealedTables)) {
    let after: string[] | null = null
    do {
      const place: string[] | null = after
      const rows: SealedRow[] = await reading(async (tx) => {
        await readAlongKeys(tx)
        return readPage(tx, table, place, null)
      })
      for (const version of rows.flatMap(({ versions }) => versions)) {
        if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1)
      }
      after = rows.length === PAGE_ROWS ? (rows.at(-1)?.row_key ?? null) : null
    } while (after !== null)
  }
  return counts
}
