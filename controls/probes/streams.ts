/**
 * An open stream of server-sent events, read as a browser reads one: keeps everything that came, says when it has ended,
 * and waits for a word.
 */
import { type ClientRequest, request } from 'node:http'
import type { Caller, OriginName } from './caller.ts'
import type { Stage } from './probe.ts'

const LOOK_MS = 20

export type OpenStream = {
  readonly status: number
  text(): string
  isOpen(): boolean
  /** Whether that word came within the time. */
  came(word: string, within_ms: number): Promise<boolean>
  ended(within_ms: number): Promise<boolean>
  close(): void
}

export function openStream(
  stage: Stage,
  caller: Caller,
  path: string,
  origin: OriginName = 'desk',
): Promise<OpenStream> {
  const { host, port } = new URL(stage.addressOf(origin))
  const cookie = [...caller.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = {
    host,
    accept: 'text/event-stream',
    ...(cookie && { cookie }),
    ...(caller.bearer && { authorization: `Bearer ${caller.bearer}` }),
  }
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = ''
      let isOpen = true
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', () => {})
      response.on('close', () => {
        isOpen = false
      })
      resolve({
        status: response.statusCode ?? 0,
        text: () => text,
        isOpen: () => isOpen,
        came: (word, within_ms) => holds(() => text.includes(word), within_ms),
        ended: (within_ms) => holds(() => !isOpen, within_ms),
        close: () => asked.destroy(),
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function holds(look: () => boolean, within_ms: number): Promise<boolean> {
  const deadline = performance.now() + within_ms
  while (!look()) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return true
}
