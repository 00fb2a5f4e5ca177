/**
 * Answers given before a request has reached any route or hook: an address that cannot be read, bytes that are no HTTP,
 * a request that took too long to come. They carry the headers of every other answer and repeat nothing of what was
 * sent.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from './problems.ts'

type Headers = Readonly<Record<string, string>>

/** An address longer than any of ours is nobody's; all else here is an address that cannot be read. */
const LONGER_THAN_ANY = 'FST_ERR_MAX_PARAM_LENGTH'

export function answerUnroutable(headers: Headers) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers(headers)
    sendProblem(request, reply, error.code === LONGER_THAN_ANY ? 'not_found' : 'bad_request')
  }
}

const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

/** There is no request to answer yet, so the few lines are written by hand and the connection ends. */
export function answerUnreadable(headers: Headers) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    if (socket.writable) {
      const status = STATUS_OF[error.code ?? ''] ?? 400
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      const end = 'content-length: 0\r\nconnection: close\r\n\r\n'
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}${end}`)
    }
    socket.destroy(error)
  }
}
