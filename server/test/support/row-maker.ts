/**
 * Makes a valid row for any table of schema desk from what the catalog says: parents by their foreign keys (the newest
 * row made in the same workspace), the rest by type. `given` columns win. Write with a superuser's connection: seeding
 * is not what the policies are for. What no rule can guess (a bcrypt hash, a channel) stands in FITTING.
 */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { parentsFirst, readTables, type Table } from './tenant-tables.ts'

export type Row = Readonly<Record<string, unknown>>

const ENVELOPE_FORMAT = 0xc1
const ENVELOPE_REST_BYTES = 30
const KEY_BYTES = 32
/** A secret of a user, who belongs to no workspace. */
const WRAPPED_FORMAT = 0xc2
const WRAPPED_REST_BYTES = 48

/** Columns whose checks say more than a type does, and the one of two columns that must stay empty. */
const FITTING: Readonly<Record<string, () => unknown>> = {
  'app_user.password_hash': () => `$2b$12$${'a'.repeat(53)}`,
  'totp.secret_wrapped': () => Buffer.concat([Buffer.of(WRAPPED_FORMAT), randomBytes(WRAPPED_REST_BYTES)]),
  'inbox.channel': () => 'api',
  'attachment.note_id': () => null,
  'delivery.next_attempt_at': () => new Date('2026-11-24T04:00:00Z'),
}

/** What an app.sealed column takes: shaped like an envelope, with nothing in it. */
export function sealedBytes(): Buffer {
  return Buffer.concat([Buffer.of(ENVELOPE_FORMAT), randomBytes(ENVELOPE_REST_BYTES)])
}

/** A UUIDv7 of that moment. */
export function uuidAt(moment: Date | string = new Date()): string {
  const time = new Date(moment).getTime().toString(16).padStart(12, '0')
  const chance = randomBytes(10).toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(0, 3)}-8${chance.slice(3, 6)}-${chance.slice(6, 18)}`
}

const BY_TYPE: Readonly<Record<string, () => unknown>> = {
  uuid: uuidAt,
  text: () => randomBytes(8).toString('hex'),
  bool: () => false,
  int2: () => 1,
  int4: () => 1,
  int8: () => Math.floor(Math.random() * 1e9),
  timestamptz: () => new Date('2026-11-24T04:00:00Z'),
  bytea: () => randomBytes(KEY_BYTES),
  lookup_key: () => randomBytes(KEY_BYTES),
  sealed: sealedBytes,
  _int8: () => ['1', '2', '3'],
}

export class RowMaker {
  readonly tables: readonly Table[]
  readonly #client: pg.ClientBase
  readonly #newest = new Map<string, Row>()

  private constructor(client: pg.ClientBase, tables: readonly Table[]) {
    this.#client = client
    this.tables = parentsFirst(tables)
  }

  static async on(client: pg.ClientBase): Promise<RowMaker> {
    return new RowMaker(client, await readTables(client))
  }

  table(name: string): Table {
    const found = this.tables.find((table) => table.name === name)
    if (!found) throw new Error(`there is no table ${name}`)
    return found
  }

  /** The newest row made in that table for that workspace. */
  newest(name: string, workspaceId: string): Row {
    const found = this.#newest.get(this.#placeOf(this.table(name), workspaceId))
    if (!found) throw new Error(`no row of ${name} was made`)
    return found
  }

  /** Global rows (users) are shared by all workspaces. */
  #placeOf(table: Table, workspaceId: string): string {
    return table.is_tenant || table.name === 'workspace' ? `${table.name} ${workspaceId}` : table.name
  }

  /** A row that the table would take, not yet written. */
  build(name: string, workspaceId: string, given: Row = {}): Row {
    const table = this.table(name)
    const row: Record<string, unknown> = {}
    for (const column of table.columns) {
      const parent = table.foreign_keys.find((key) => key.columns.at(-1) === column.name)
      const fitting = FITTING[`${name}.${column.name}`]
      if (column.name in given) row[column.name] = given[column.name]
      else if (column.name === 'workspace_id' || (name === 'workspace' && column.name === 'id')) {
        row[column.name] = workspaceId
      } else if (fitting) row[column.name] = fitting()
      else if (parent) {
        const target = this.#newest.get(this.#placeOf(this.table(parent.target), workspaceId))
        row[column.name] = target?.[parent.target_columns.at(-1) ?? '']
      } else if (column.is_required && !column.has_default) row[column.name] = valueFor(name, column)
    }
    return row
  }

  /** Writes a row and gives it as the table holds it. */
  async make(name: string, workspaceId: string, given: Row = {}): Promise<Row> {
    const { text, values } = insertOf(name, this.build(name, workspaceId, given))
    const { rows } = await this.#client.query<Row>(`${text} returning *`, values)
    const made = rows[0]
    if (!made) throw new Error(`${name} took no row`)
    this.#newest.set(this.#placeOf(this.table(name), workspaceId), made)
    return made
  }

  /** One row in every table, parents first. */
  async makeAll(workspaceId: string): Promise<void> {
    for (const table of this.tables) {
      const isShared = !table.is_tenant && table.name !== 'workspace' && this.#newest.has(table.name)
      if (!isShared) await this.make(table.name, workspaceId)
    }
  }
}

function valueFor(table: string, column: Table['columns'][number]): unknown {
  if (column.words) return column.words[0]
  const value = BY_TYPE[column.type]
  if (!value) throw new Error(`${table}.${column.name} is ${column.type}, which the row maker has no value for`)
  return value()
}

export function insertOf(table: string, row: Row): { text: string; values: unknown[] } {
  const names = Object.keys(row).map((name) => `"${name}"`)
  const places = names.map((_, at) => `$${at + 1}`)
  return {
    text: `insert into desk."${table}" (${names.join(', ')}) values (${places.join(', ')})`,
    values: Object.values(row),
  }
}
