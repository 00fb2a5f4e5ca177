/**
 * The programs behind the API inboxes, one for each workspace. They take what the desk posts, keep one message for each
 * id, and later tell what became of it (sent, delivered, read) in shuffled order, some of it twice, insisting until it is
 * acknowledged. Whoever waits for it is called in the moment between their acceptance and their answer.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { signedHeaders } from '../api-inbox-client.ts'
import { type Chance, chanceOf } from '../bench/chance.ts'
import { type ApiReceiver, startApiReceiver } from '../simulators/api-receiver/receiver.ts'
import { insist } from './http.ts'
import { shuffled, TOKEN } from './plan.ts'

export type Told = { readonly messageId: string; readonly status: 'sent' | 'delivered' | 'read' }
export type Accepted = { readonly messageId: string; readonly port: number }
export type ReceiverPlace = { readonly key: string; readonly secret: string }
export type ReceiversOptions = {
  readonly seed: number
  readonly ports: readonly number[]
  readonly deadline_ms: number
}

const TOLD_SHARE = 0.7
const DOUBLED_SHARE = 0.2
const EARLIEST_MS = 400
const LATEST_MS = 4_000

export class Receivers {
  readonly #options: ReceiversOptions
  readonly #receivers: ApiReceiver[] = []
  readonly #news = new Set<Promise<void>>()
  readonly #heardOf = new Set<string>()
  #waiting: ((accepted: Accepted) => void) | null = null
  /** Acknowledged news. */
  readonly told: Told[] = []

  constructor(options: ReceiversOptions) {
    this.#options = options
  }

  /** Starts one and answers where it is. */
  async open(place: ReceiverPlace): Promise<string> {
    const receiver = await startApiReceiver({
      secret: place.secret,
      beforeAnswer: ({ id, body, port }) => {
        const waiting = this.#waiting
        this.#waiting = null
        waiting?.({ messageId: id, port })
        this.#tellLater(place, id, body)
      },
    })
    this.#receivers.push(receiver)
    return receiver.url
  }

  /** Calls `then` at the next acceptance, before it is answered, once. Call what it answers to give up waiting. */
  hold(then: (accepted: Accepted) => void): () => void {
    this.#waiting = then
    return () => {
      if (this.#waiting === then) this.#waiting = null
    }
  }

  /** Texts of accepted messages by id, each once. */
  get accepted(): Map<string, string> {
    const texts = this.#receivers.flatMap(({ accepted }) =>
      [...accepted].map(([id, body]) => [id, (body as { text: string }).text] as const),
    )
    return new Map(texts)
  }

  get calls(): number {
    return this.#receivers.reduce((sum, { calls }) => sum + calls.length, 0)
  }

  get unauthorised(): number {
    return this.#receivers.flatMap(({ calls }) => calls).filter(({ signature }) => signature !== 'good').length
  }

  #tellLater(place: ReceiverPlace, messageId: string, body: unknown): void {
    if (this.#heardOf.has(messageId)) return
    this.#heardOf.add(messageId)
    // What becomes of an answer follows from the seed and from which answer it is, not from when it came.
    const number = Number(TOKEN.exec((body as { text: string }).text)?.[2] ?? 0)
    const chance = chanceOf(this.#options.seed * 7_919 + number)
    if (chance.next() >= TOLD_SHARE) return
    for (const status of newsOf(chance)) {
      const wait_ms = EARLIEST_MS + chance.below(LATEST_MS - EARLIEST_MS)
      const id = `news-${messageId}-${status}`
      const one = this.#tell(place, { messageId, status }, id, wait_ms, number).finally(() => this.#news.delete(one))
      this.#news.add(one)
    }
  }

  async #tell(place: ReceiverPlace, told: Told, id: string, wait_ms: number, first: number): Promise<void> {
    await pause(wait_ms)
    const body = JSON.stringify({ type: 'status', id, ...told, at: new Date().toISOString() })
    const headers = () => signedHeaders(place.secret, id, body)
    const path = `/hooks/api/${place.key}`
    const { ports, deadline_ms } = this.#options
    const answer = await insist((port) => ({ port, method: 'POST', path, headers: headers(), body }), 200, {
      ...{ ports, first, deadline_ms },
    })
    if (answer) this.told.push(told)
  }

  /** Until all news is told. */
  async quiet(): Promise<void> {
    while (this.#news.size > 0) await Promise.all(this.#news)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.stop()))
  }
}

function newsOf(chance: Chance): Told['status'][] {
  const all = shuffled(['sent', 'delivered', 'read'] as const, chance).slice(0, 1 + chance.below(3))
  return chance.next() < DOUBLED_SHARE ? [...all, chance.pick(all)] : all
}
