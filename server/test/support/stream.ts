/** A reader of server-sent events for tests: keeps every frame, tells when one arrives, can be cut like a network. */
import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Client } from './client.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
export type Frame = { readonly event: string; readonly id: number | null; readonly data: any }

const WAIT_MS = 15_000

export class EventReader {
  readonly frames: Frame[] = []
  status = 0
  isClosed = false
  private waiting: (() => void)[] = []
  private response: IncomingMessage | null = null
  private text = ''

  constructor(client: Client, path: string, headers: Record<string, string> = {}, host = 'localhost') {
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request = httpRequest(
      { host: '127.0.0.1', port: client.port, path, headers: { host: `${host}:${client.port}`, cookie, ...headers } },
      (response) => {
        this.response = response
        this.status = response.statusCode ?? 0
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => this.take(chunk))
        response.on('close', () => this.close())
      },
    )
    request.on('error', () => this.close())
    request.end()
  }

  private close(): void {
    this.isClosed = true
    this.wake()
  }

  private wake(): void {
    for (const wake of this.waiting) wake()
    this.waiting = []
  }

  private take(chunk: string): void {
    this.text += chunk
    const blocks = this.text.split('\n\n')
    this.text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2)
      const event = field('event')
      const id = field('id')
      if (event) this.frames.push({ event, id: id ? Number(id) : null, data: JSON.parse(field('data') ?? 'null') })
    }
    this.wake()
  }

  /** Waits until the frames so far satisfy a condition, or the stream is closed. */
  async until(condition: (frames: readonly Frame[]) => boolean, what: string): Promise<void> {
    const deadline = performance.now() + WAIT_MS
    while (!condition(this.frames)) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}; got ${this.frames.length} frames`)
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve)
        setTimeout(resolve, 200)
      })
    }
  }

  ready(): Promise<void> {
    return this.until((frames) => frames.some(({ event }) => event === 'ready'), 'ready')
  }

  closed(): Promise<void> {
    return this.until(() => this.isClosed, 'the end of the stream')
  }

  kinds(kind: string): Frame[] {
    return this.frames.filter(({ data }) => data?.kind === kind)
  }

  get cursor(): number {
    return Math.max(0, ...this.frames.map(({ id }) => id ?? 0))
  }

  cut(): void {
    this.response?.destroy()
  }
}
