/**
 * Stands on the line between one process of the desk and the database, hands on every byte as it is, and can wait for
 * one moment: PostgreSQL has said COMMIT of a certain transaction, and the desk has not heard it. In that moment, before
 * anything is handed on, it calls whoever waits, who kills the desk; that connection then stays silent. While the
 * database is down it does not listen, as a database that is down does not.
 */
import { existsSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { SOCKET_PORT } from '../../server/src/postgres/server-process.ts'

export type Writing = 'event' | 'reply'
/** A transaction that is on disk and that nobody knows of: what it wrote, by the ids in its statements. */
export type Unheard = { readonly writing: Writing; readonly ids: readonly string[] }

/** How a transaction is known by its statements, and where in their parameters its ids stand. */
const KINDS: Readonly<Record<Writing, { readonly statement: string; readonly id: RegExp }>> = {
  event: { statement: 'app.ingest_keep', id: /"id":"([0-9a-f-]{36})"/g },
  reply: { statement: 'insert into "client_message"', id: /(reply-\d+-\d+)/g },
}
const WRITINGS = Object.keys(KINDS) as Writing[]
const LENGTH_BYTES = 4

/** Cuts a stream of the protocol into messages; the first one of a client has no letter in front. */
class Messages {
  #rest: Buffer = Buffer.alloc(0)
  #letterBytes: number

  constructor(isClient: boolean) {
    this.#letterBytes = isClient ? 0 : 1
  }

  take(chunk: Buffer): { letter: string; body: Buffer }[] {
    const found: { letter: string; body: Buffer }[] = []
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const head = this.#letterBytes + LENGTH_BYTES
      if (this.#rest.length < head) return found
      const end = this.#letterBytes + this.#rest.readInt32BE(this.#letterBytes)
      if (this.#rest.length < end) return found
      const letter = this.#rest.toString('latin1', 0, this.#letterBytes)
      found.push({ letter, body: this.#rest.subarray(head, end) })
      this.#rest = this.#rest.subarray(end)
      this.#letterBytes = 1
    }
  }
}

export class Wire {
  readonly #path: string
  readonly #upstream: () => string | null
  #server: Server | null = null
  readonly #sockets = new Set<Socket>()
  #waiting: { writing: Writing; then: (unheard: Unheard) => void } | null = null

  /** `folder` is what the desk takes for the folder of the database's socket. */
  constructor(folder: string, upstream: () => string | null) {
    this.#path = join(folder, `.s.PGSQL.${SOCKET_PORT}`)
    this.#upstream = upstream
  }

  async listen(): Promise<void> {
    if (this.#server) return
    const server = createServer((desk) => this.#carry(desk))
    this.#server = server
    if (existsSync(this.#path)) rmSync(this.#path)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#path, resolve)
    })
  }

  /** Takes no new connections; those that are there end with the database. */
  close(): void {
    this.#server?.close()
    this.#server = null
  }

  end(): void {
    this.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Calls `then` at the next such commit, once. Call what it answers to give up waiting. */
  hold(writing: Writing, then: (unheard: Unheard) => void): () => void {
    const waiting = { writing, then }
    this.#waiting = waiting
    return () => {
      if (this.#waiting === waiting) this.#waiting = null
    }
  }

  #carry(desk: Socket): void {
    const folder = this.#upstream()
    if (!folder) return void desk.destroy()
    const database = connect(join(folder, `.s.PGSQL.${SOCKET_PORT}`))
    const line = new Line()
    for (const [socket, other] of [
      [desk, database],
      [database, desk],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    desk.on('data', (chunk: Buffer) => {
      line.hearDesk(chunk)
      database.write(chunk)
    })
    database.on('data', (chunk: Buffer) => {
      const done = line.hearDatabase(chunk)
      const waiting = this.#waiting
      if (line.isSilent) return
      if (waiting && done?.writing === waiting.writing) {
        line.isSilent = true
        this.#waiting = null
        waiting.then(done)
        return
      }
      desk.write(chunk)
    })
  }
}

/** What goes on in one connection. */
class Line {
  readonly #fromDesk = new Messages(true)
  readonly #fromDatabase = new Messages(false)
  #writing: Writing | null = null
  #ids: string[] = []
  isSilent = false

  hearDesk(chunk: Buffer): void {
    for (const { letter, body } of this.#fromDesk.take(chunk)) {
      if (letter === 'P') {
        const statement = body.toString('latin1')
        this.#writing ??= WRITINGS.find((name) => statement.includes(KINDS[name].statement)) ?? null
      }
      if (letter === 'B' && this.#writing) {
        const found = body.toString('latin1').matchAll(KINDS[this.#writing].id)
        this.#ids.push(...[...found].map(([, id = '']) => id))
      }
    }
  }

  /** What was committed, when this chunk says so. */
  hearDatabase(chunk: Buffer): Unheard | null {
    let done: Unheard | null = null
    for (const { letter, body } of this.#fromDatabase.take(chunk)) {
      if (letter !== 'C') continue
      const tag = body.toString('latin1', 0, body.length - 1)
      if (tag !== 'COMMIT' && tag !== 'ROLLBACK') continue
      if (tag === 'COMMIT' && this.#writing) done = { writing: this.#writing, ids: this.#ids }
      this.#writing = null
      this.#ids = []
    }
    return done
  }
}
