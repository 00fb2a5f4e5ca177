/** Reads one stream of events, as cheaply as it goes, and says which marked messages came, each once. */
import { connect, type Socket } from 'node:net'

const MARKER = /zq(\d{1,9})qz/g
const MARKER_BYTES = 16

/** A text that readers recognise. */
export function marked(marker: number): string {
  return `দাম কত zq${marker}qz order please`
}

export class StreamReader {
  readonly ready: Promise<void>
  readonly #socket: Socket
  readonly #seen = new Set<number>()
  #tail = ''

  constructor(port: number, request: Buffer, told: (marker: number) => void) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.write(request)
    this.ready = new Promise((resolve, reject) => {
      this.#socket.on('error', reject)
      this.#socket.on('data', (chunk: Buffer) => {
        const text = this.#tail + chunk.toString('latin1')
        if (/^(event: ready|: open)/m.test(text)) resolve()
        if (/^HTTP\/1.1 [345]/.test(text)) reject(new Error(text.slice(0, 300)))
        for (const [, digits] of text.matchAll(MARKER)) {
          const marker = Number(digits)
          if (!this.#seen.has(marker)) {
            this.#seen.add(marker)
            told(marker)
          }
        }
        this.#tail = text.slice(-MARKER_BYTES)
      })
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
