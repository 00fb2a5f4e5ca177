/**
 * Fills tables through COPY in its binary form: rows are written as PostgreSQL keeps them, without text in between.
 * For measuring only: it needs a login that row-level security does not hold, which no role of the desk is.
 */
import pg from 'pg'

const HEAD = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const END = -1
const NULL = -1
const EPOCH_2000_MS = Date.UTC(2000, 0, 1)
const INT8_OID = 20
const FIRST_BYTES = 1024 * 1024

/** Bytes that grow: one buffer for all rows, where a buffer for each value would keep the collector busy. */
class Output {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  #room(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
  int1(value: number): void {
    this.#room(1)
    this.#at = this.#bytes.writeInt8(value, this.#at)
  }
  int2(value: number): void {
    this.#room(2)
    this.#at = this.#bytes.writeInt16BE(value, this.#at)
  }
  int4(value: number): void {
    this.#room(4)
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
  }
  int8(value: bigint): void {
    this.#room(8)
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at)
  }
  put(bytes: Buffer): void {
    this.#room(bytes.length)
    this.#at += bytes.copy(this.#bytes, this.#at)
  }
  hex(digits: string): void {
    this.#room(digits.length / 2)
    this.#at += this.#bytes.write(digits, this.#at, 'hex')
  }
  /** All that was put, which then is here no more. */
  take(): Buffer {
    const all = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return all
  }
}

export type Field = (out: Output) => void

export const nothing: Field = (out) => out.int4(NULL)
export const bytea =
  (bytes: Buffer): Field =>
  (out) => {
    out.int4(bytes.length)
    out.put(bytes)
  }
export const text = (value: string): Field => bytea(Buffer.from(value))
export const uuid =
  (value: string): Field =>
  (out) => {
    out.int4(16)
    out.hex(value.replaceAll('-', ''))
  }
export const bool =
  (value: boolean): Field =>
  (out) => {
    out.int4(1)
    out.int1(value ? 1 : 0)
  }
export const int4 =
  (value: number): Field =>
  (out) => {
    out.int4(4)
    out.int4(value)
  }
export const int8 =
  (value: number | bigint): Field =>
  (out) => {
    out.int4(8)
    out.int8(BigInt(value))
  }
/** A moment in milliseconds since 1970. */
export const moment = (at_ms: number): Field => int8((Math.floor(at_ms) - EPOCH_2000_MS) * 1000)
export const json = (value: unknown): Field =>
  bytea(Buffer.concat([Buffer.from([1]), Buffer.from(JSON.stringify(value))]))
export const bigints =
  (values: readonly bigint[]): Field =>
  (out) => {
    out.int4(20 + values.length * 12)
    for (const value of [1, 0, INT8_OID, values.length, 1]) out.int4(value)
    for (const value of values) int8(value)(out)
  }

/** The rows of one table that wait to be sent. */
export class Rows {
  readonly table: string
  readonly columns: readonly string[]
  count = 0
  readonly #out = new Output()

  constructor(table: string, columns: readonly string[]) {
    this.table = table
    this.columns = columns
    this.#out.put(HEAD)
  }

  add(...fields: readonly Field[]): void {
    this.#out.int2(fields.length)
    for (const field of fields) field(this.#out)
    this.count += 1
  }

  /** What was added, as COPY reads it. */
  take(): Buffer {
    this.#out.int2(END)
    const all = this.#out.take()
    this.#out.put(HEAD)
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
