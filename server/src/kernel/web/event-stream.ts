/**
 * One open stream of server-sent events: headers, frames, a heartbeat, and an end when the reader is too slow to keep
 * up (it comes back with its cursor and loses nothing). Works the same over HTTP/1.1 and HTTP/2. All open streams are
 * ended when the server stops. Refuses more of them from one network than people could be behind it.
 */
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assert } from '../assert.ts'
import { type Carousel, createCarousel } from '../carousel.ts'
import { networkOf } from '../rate-limit.ts'
import { refuse } from '../refusal.ts'

const HEARTBEAT_MS = 25_000
/** Bytes that may wait for a slow reader. */
const WAITING_BYTES_MAX = 1024 * 1024
/** In one process. A stream costs next to nothing to ask for and holds a connection until its end. */
export const STREAMS_PER_NETWORK = 2_000
const RETRY_AFTER_S = 30

export type EventStream = {
  send(event: string, data: unknown, id?: number): void
  end(): void
  readonly isOpen: boolean
  onClose(listener: () => void): void
}

type Open = {
  readonly streams: Set<EventStream>
  readonly perNetwork: Map<string, number>
  readonly heartbeat: Carousel
}
const openOn = new WeakMap<FastifyInstance, Open>()

/** Ends all streams of a server before it waits for its connections to close. */
export function endStreamsOnClose(app: FastifyInstance): void {
  const streams = new Set<EventStream>()
  openOn.set(app, { streams, perNetwork: new Map(), heartbeat: createCarousel(HEARTBEAT_MS) })
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end()
  })
}

function countIn({ perNetwork }: Open, network: string): void {
  const count = perNetwork.get(network) ?? 0
  if (count >= STREAMS_PER_NETWORK) throw refuse('too_many_requests', { retryAfterSeconds: RETRY_AFTER_S })
  perNetwork.set(network, count + 1)
}

function countOut({ perNetwork }: Open, network: string): void {
  const left = (perNetwork.get(network) ?? 1) - 1
  if (left > 0) perNetwork.set(network, left)
  else perNetwork.delete(network)
}

/** A class, because there are thousands: methods are shared, where each closure would be kept once for each stream. */
class OpenStream implements EventStream {
  isOpen = true
  readonly #raw: FastifyReply['raw']
  readonly #open: Open
  readonly #network: string
  readonly #listeners: (() => void)[] = []
  readonly #endHeartbeat: () => void

  constructor(raw: FastifyReply['raw'], open: Open, network: string) {
    this.#raw = raw
    this.#open = open
    this.#network = network
    this.#endHeartbeat = open.heartbeat.ride(() => this.#write(': still here\n\n'))
    open.streams.add(this)
    const closed = () => this.#closed()
    raw.on('close', closed)
    raw.on('error', closed)
    // Whoever hung up while the call was looked at closes nothing any more: the stream would be kept for ever.
    if (raw.destroyed || (raw as unknown as Partial<Http2ServerResponse>).stream?.destroyed) closed()
  }

  #closed(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#endHeartbeat()
    countOut(this.#open, this.#network)
    this.#open.streams.delete(this)
    for (const listener of this.#listeners) listener()
  }

  #write(frame: string): void {
    if (!this.isOpen) return
    this.#raw.write(frame)
    if (this.#raw.writableLength > WAITING_BYTES_MAX) this.end()
  }

  send(event: string, data: unknown, id?: number): void {
    const place = id === undefined ? '' : `id: ${id}\n`
    this.#write(`event: ${event}\n${place}data: ${JSON.stringify(data)}\n\n`)
  }

  end(): void {
    this.#raw.end()
    this.#closed()
  }

  onClose(listener: () => void): void {
    if (this.isOpen) this.#listeners.push(listener)
    else listener()
  }
}

export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  const open = openOn.get(request.server)
  assert(open, 'the server was told that it will have streams')
  const network = networkOf(request.ip)
  countIn(open, network)
  const headers = reply.getHeaders() as Record<string, string>
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  // By themselves: sent together with the first frame, Node would keep them in the pieces they were made of.
  raw.flushHeaders()
  raw.write(': open\n\n')
  return new OpenStream(raw, open, network)
}
