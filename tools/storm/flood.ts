/**
 * The neighbour who floods: a process of its own that posts as fast as a desk answers, over many connections, until its
 * time is up. Says on standard output how many calls were answered and how many of them refused.
 */
import { signedHeaders } from '../api-inbox-client.ts'
import { load } from '../bench/http-load.ts'

export type FloodJob = {
  readonly port: number
  readonly key: string
  readonly secret: string
  readonly lasts_ms: number
  readonly connections: number
  /** Of this flood, so that its messages are its own. */
  readonly name: string
}
export type Flooded = { readonly answered: number; readonly refused: number }

const WRITERS = 200

const job = JSON.parse(process.argv[2] ?? '') as FloodJob
const ends_ms = performance.now() + job.lasts_ms
let made = 0

function next(): Buffer | null {
  if (performance.now() > ends_ms) return null
  made += 1
  const id = `flood-${job.name}-${made}`
  const from = { id: `person-${made % WRITERS}` }
  const body = JSON.stringify({ type: 'message', id, from, text: `Number ${made} of very many.` })
  const headers = Object.entries(signedHeaders(job.secret, id, body)).map(([name, value]) => `${name}: ${value}`)
  const head = [
    `POST /hooks/api/${job.key} HTTP/1.1`,
    `host: localhost:${job.port}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

process.on('disconnect', () => process.exit(1))
const { answers, refused } = await load(job.port, job.connections, next)
process.send?.({ answered: answers, refused } satisfies Flooded)
process.exit(0)
