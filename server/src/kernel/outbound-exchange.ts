/**
 * One HTTP/1.1 request and its answer over a connection that `outbound.ts` has opened and checked.
 * Once it has begun bytes may have left, so every later failure is uncertain. Follows nothing, decompresses nothing, reads no
 * more than the call allows, and closes the connection whatever happens.
 */
import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import type { Socket } from 'node:net'
import { failed, OUTBOUND_LIMITS, type OutboundCall, type OutboundResult } from './outbound-call.ts'

function plainHeaders(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

function start(socket: Socket, url: URL, call: OutboundCall): ClientRequest {
  return startRequest({
    createConnection: () => socket,
    method: call.method,
    path: `${url.pathname}${url.search}`,
    headers: {
      ...call.headers,
      host: url.host,
      'content-length': String(call.body?.length ?? 0),
      'accept-encoding': 'identity',
      connection: 'close',
    },
    maxHeaderSize: OUTBOUND_LIMITS.responseHeaderBytes,
  })
}

function nameError(error: NodeJS.ErrnoException): 'response_too_large' | 'bad_response' | 'connection_lost' {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'response_too_large'
  return error.code?.startsWith('HPE_') ? 'bad_response' : 'connection_lost'
}

function readAnswer(answer: IncomingMessage, maxBytes: number, done: (result: OutboundResult) => void): void {
  const status = answer.statusCode as number
  const chunks: Buffer[] = []
  let length = 0
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > maxBytes) done(failed('response_too_large', `more than ${maxBytes} bytes`, status))
    else chunks.push(chunk)
  })
  answer.on('end', () => {
    done({ kind: 'response', status, headers: plainHeaders(answer), body: Buffer.concat(chunks) })
  })
  answer.on('error', (error: NodeJS.ErrnoException) => done(failed(nameError(error), error.code ?? '', status)))
}

export function exchange(socket: Socket, url: URL, call: OutboundCall, signal: AbortSignal): Promise<OutboundResult> {
  if (signal.aborted) {
    socket.destroy()
    return Promise.resolve(failed('timed_out_before_send', 'connected too late'))
  }
  return new Promise((resolve) => {
    const request = start(socket, url, call)
    let status: number | null = null
    const done = (result: OutboundResult) => {
      resolve(result)
      request.destroy()
    }
    const abort = () => done(failed('timed_out_after_send', 'waiting for the answer', status))
    signal.addEventListener('abort', abort, { once: true })
    request.on('error', (error: NodeJS.ErrnoException) => done(failed(nameError(error), error.code ?? '', status)))
    request.on('response', (answer) => {
      status = answer.statusCode as number
      readAnswer(answer, call.maxResponseBytes ?? OUTBOUND_LIMITS.responseBytes, done)
    })
    request.end(call.body ?? undefined)
  })
}
