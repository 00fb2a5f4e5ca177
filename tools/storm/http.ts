/**
 * One HTTP exchange with a desk on this machine, as a program outside makes it: the Host header says which origin is
 * meant, the port says which process. Rejects when no whole answer came, whatever the reason; a status is an answer.
 */
import { Agent, request as httpRequest } from 'node:http'

export type Exchange = {
  readonly port: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly origin?: 'desk' | 'widget'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
export type Answer = { readonly status: number; readonly text: string }

const TIMEOUT_MS = 10_000
const CONNECTIONS = 64
const HOSTS = { desk: 'localhost', widget: 'widget.localhost' } as const
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

export function exchange({ port, method, path, origin = 'desk', headers, body }: Exchange): Promise<Answer> {
  const all: Record<string, string> = { host: `${HOSTS[origin]}:${port}`, ...headers }
  if (body !== undefined) {
    all['content-length'] = String(Buffer.byteLength(body))
    all['content-type'] ??= 'application/json'
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers: all }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      // A connection that broke in the middle ends without `complete`: no whole answer came.
      response.on('close', () => {
        const { statusCode: status = 0 } = response
        if (response.complete) resolve({ status, text: Buffer.concat(chunks).toString('utf8') })
        else reject(new Error('the answer broke off'))
      })
    })
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
    request.end(body)
  })
}

export type Insisting = {
  /** Processes of the desk, tried in turn from the first one on. */
  readonly ports: readonly number[]
  readonly first: number
  readonly deadline_ms: number
  /** Tells each try that was not answered with what was wanted; 0 when no answer came. */
  readonly onLost?: (status: number) => void
}

const PAUSE_MS = 60
const PAUSE_MAX_MS = 800

/** Asks again, of one process and the other, until one answers with `wanted`; null when time ran out. */
export async function insist(
  make: (port: number) => Exchange,
  wanted: number,
  { ports, first, deadline_ms, onLost }: Insisting,
): Promise<Answer | null> {
  for (let attempt = 0; Date.now() < deadline_ms; attempt++) {
    const port = ports[(first + attempt) % ports.length] as number
    const answer = await exchange(make(port)).catch(() => null)
    if (answer?.status === wanted) return answer
    onLost?.(answer?.status ?? 0)
    const pause_ms = Math.min(PAUSE_MS * 2 ** Math.floor(attempt / ports.length), PAUSE_MAX_MS)
    await new Promise((resolve) => setTimeout(resolve, pause_ms))
  }
  return null
}
