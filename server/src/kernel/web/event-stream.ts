/**
 * One open stream of server-sent events: headers, frames, a heartbeat, and an end when the reader is too slow to keep
 * up (it comes back with its cursor and loses nothing). Works the same over HTTP/1.1 and HTTP/2. All open streams are
 * ended when the server stops.
 */
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const HEARTBEAT_MS = 25_000
/** Bytes that may wait for a slow reader. */
const WAITING_BYTES_MAX = 1024 * 1024

export type EventStream = {
  send(event: string, data: unknown, id?: number): void
  end(): void
  readonly isOpen: boolean
  onClose(listener: () => void): void
}

const openStreams = new WeakMap<FastifyInstance, Set<EventStream>>()

/** Ends all streams of a server before it waits for its connections to close. */
export function endStreamsOnClose(app: FastifyInstance): void {
  openStreams.set(app, new Set())
  app.addHook('preClose', async () => {
    for (const stream of openStreams.get(app) ?? []) stream.end()
  })
}

export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  const known = openStreams.get(request.server)
  const headers = reply.getHeaders() as Record<string, string>
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  raw.write(': open\n\n')

  const listeners = new Set<() => void>()
  let isOpen = true
  const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS)
  heartbeat.unref()

  function closed(): void {
    if (!isOpen) return
    isOpen = false
    clearInterval(heartbeat)
    known?.delete(stream)
    for (const listener of listeners) listener()
  }
  function write(frame: string): void {
    if (!isOpen) return
    raw.write(frame)
    if (raw.writableLength > WAITING_BYTES_MAX) stream.end()
  }
  const stream: EventStream = {
    send(event, data, id) {
      const place = id === undefined ? '' : `id: ${id}\n`
      write(`event: ${event}\n${place}data: ${JSON.stringify(data)}\n\n`)
    },
    end() {
      raw.end()
      closed()
    },
    get isOpen() {
      return isOpen
    },
    onClose(listener) {
      if (isOpen) listeners.add(listener)
      else listener()
    },
  }
  known?.add(stream)
  raw.on('close', closed)
  raw.on('error', closed)
  // Whoever hung up while the call was looked at closes nothing any more: the stream would be kept for ever.
  if (raw.destroyed || (raw as unknown as Partial<Http2ServerResponse>).stream?.destroyed) closed()
  return stream
}
