/**
 * Calls a desk from many connections at once, at the price of a few microseconds a call: requests are bytes made
 * beforehand, answers are read no further than their length. One call at a time on each connection, as most senders do.
 */
import { connect, type Socket } from 'node:net'

export type LoadResult = {
  readonly answers: number
  /** Those that were not 200. */
  readonly refused: number
  readonly took_ms: number
  readonly latencies_ms: number[]
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Sends requests until `next` gives null, on that many connections. */
export async function load(port: number, connections: number, next: () => Buffer | null): Promise<LoadResult> {
  const latencies_ms: number[] = []
  let refused = 0
  const begun_ms = performance.now()
  const lanes = Array.from({ length: connections }, () =>
    lane(port, next, (status, took_ms) => {
      latencies_ms.push(took_ms)
      if (status !== 200) refused += 1
    }),
  )
  await Promise.all(lanes)
  return { answers: latencies_ms.length, refused, took_ms: performance.now() - begun_ms, latencies_ms }
}

type Told = (status: number, took_ms: number) => void

function lane(port: number, next: () => Buffer | null, told: Told): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    let sent_ms = 0
    let waiting: Buffer = Buffer.alloc(0)
    const send = () => {
      const request = next()
      if (request === null) return void socket.end(resolve)
      sent_ms = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
      const size = answerSize(waiting)
      if (size === null || waiting.length < size) return
      told(Number(waiting.toString('latin1', 9, 12)), performance.now() - sent_ms)
      waiting = waiting.subarray(size)
      send()
    })
    socket.on('close', () => resolve())
  })
}

/** Bytes of a whole answer; null while its head is not there. */
function answerSize(bytes: Buffer): number | null {
  const head = bytes.indexOf(HEAD_END)
  if (head < 0) return null
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1]
  if (length === undefined) throw new Error('an answer without a length')
  return head + HEAD_END.length + Number(length)
}

/** One call on a kept connection; answers the body. */
export class Line {
  readonly #socket: Socket
  #waiting: { resolve: (body: Buffer) => void; reject: (error: Error) => void } | null = null
  #bytes: Buffer = Buffer.alloc(0)

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const size = answerSize(this.#bytes)
    if (size === null || this.#bytes.length < size) return
    const answer = this.#bytes.subarray(0, size)
    this.#bytes = this.#bytes.subarray(size)
    const status = answer.toString('latin1', 9, 12)
    const body = answer.subarray(answer.indexOf(HEAD_END) + HEAD_END.length)
    const waiting = this.#waiting
    this.#waiting = null
    if (status === '200') waiting?.resolve(body)
    else waiting?.reject(new Error(`${status} ${body.toString('utf8')}`))
  }

  call(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}

export function getRequest(port: number, path: string, cookie: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\ncookie: ${cookie}\r\n\r\n`)
}
