/**
 * Fills tables through COPY in its binary form: rows are written as PostgreSQL keeps them, without text in between.
 * For measuring only: it needs a login that row-level security does not hold, which no role of the desk is.
 */
import pg from 'pg'

const HEAD = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const END = Buffer.from([0xff, 0xff])
const EPOCH_2000_MS = Date.UTC(2000, 0, 1)
const INT8_OID = 20

export type Field = (out: Output) => void
export type Output = { put(bytes: Buffer): void }

const sized = (bytes: Buffer): Field => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  return (out) => {
    out.put(size)
    out.put(bytes)
  }
}
const NULL = Buffer.from([0xff, 0xff, 0xff, 0xff])

export const nothing: Field = (out) => out.put(NULL)
export const bytea = sized
export const text = (value: string): Field => sized(Buffer.from(value))
export const uuid = (value: string): Field => sized(Buffer.from(value.replaceAll('-', ''), 'hex'))
export const bool = (value: boolean): Field => sized(Buffer.from([value ? 1 : 0]))
export const int2 = (value: number): Field => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return sized(bytes)
}
export const int4 = (value: number): Field => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return sized(bytes)
}
export const int8 = (value: number | bigint): Field => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return sized(bytes)
}
/** A moment in milliseconds since 1970. */
export const moment = (at_ms: number): Field => int8((Math.floor(at_ms) - EPOCH_2000_MS) * 1000)
export const json = (value: unknown): Field =>
  sized(Buffer.concat([Buffer.from([1]), Buffer.from(JSON.stringify(value))]))
export const bigints = (values: readonly bigint[]): Field => {
  const bytes = Buffer.alloc(20 + values.length * 12)
  for (const [place, value] of [1, 0, INT8_OID, values.length, 1].entries()) bytes.writeInt32BE(value, place * 4)
  for (const [place, value] of values.entries()) {
    bytes.writeInt32BE(8, 20 + place * 12)
    bytes.writeBigInt64BE(value, 24 + place * 12)
  }
  return sized(bytes)
}

/** The rows of one table that wait to be sent. */
export class Rows implements Output {
  readonly table: string
  readonly columns: readonly string[]
  count = 0
  #parts: Buffer[] = [HEAD]

  constructor(table: string, columns: readonly string[]) {
    this.table = table
    this.columns = columns
  }

  add(...fields: readonly Field[]): void {
    const width = Buffer.alloc(2)
    width.writeInt16BE(fields.length)
    this.put(width)
    for (const field of fields) field(this)
    this.count += 1
  }

  put(bytes: Buffer): void {
    this.#parts.push(bytes)
  }

  take(): Buffer {
    const all = Buffer.concat([...this.#parts, END])
    this.#parts = [HEAD]
    this.count = 0
    return all
  }
}

type Wire = { query(text: string): void; sendCopyFromChunk(bytes: Buffer): void; endCopyFrom(): void }

/** What the driver calls while a COPY runs; it has no such query of its own. */
class CopyQuery {
  readonly #text: string
  readonly #bytes: Buffer
  readonly #done: (error?: Error) => void
  #error: Error | undefined

  constructor(text: string, bytes: Buffer, done: (error?: Error) => void) {
    this.#text = text
    this.#bytes = bytes
    this.#done = done
  }
  submit(connection: Wire): void {
    connection.query(this.#text)
  }
  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFromChunk(this.#bytes)
    connection.endCopyFrom()
  }
  handleError(error: Error): void {
    this.#error = error
    this.#done(error)
  }
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    if (!this.#error) this.#done()
  }
}

/** Sends what waits in `rows` and empties it. */
export async function copyIn(client: pg.Client, rows: Rows): Promise<void> {
  if (rows.count === 0) return
  const names = rows.columns.map((column) => pg.escapeIdentifier(column)).join(', ')
  const statement = `copy desk.${pg.escapeIdentifier(rows.table)} (${names}) from stdin (format binary)`
  const bytes = rows.take()
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => (error ? reject(error) : resolve())
    client.query(new CopyQuery(statement, bytes, done) as unknown as pg.Submittable)
  })
}
