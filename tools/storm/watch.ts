/**
 * Looks at the desk while the storm goes on: the stream of events of each workspace, taken up again from its last number
 * whenever it breaks, and the rows of deliveries. Notes each state that goes by, each message that was shown, and each
 * event number that came out of turn.
 */
import { type ClientRequest, request as httpRequest } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import type { AgentSession } from './agents.ts'
import type { ForwardWatch } from './check.ts'

type Told = { readonly item?: { readonly id: string; readonly delivery?: { readonly state: string } | null } }

const AGAIN_MS = 300
const LOOK_MS = 150
const SILENCE_MS = 40_000

/** One workspace's stream, from its beginning, across as many connections as it takes. */
export class StreamWatch {
  readonly #session: AgentSession
  readonly #ports: readonly number[]
  readonly #watch: ForwardWatch
  #request: ClientRequest | null = null
  #isStopped = false
  #cursor = 0
  readonly running: Promise<void>
  /** Messages that the stream carried. */
  readonly shown = new Set<string>()
  readonly outOfTurn: string[] = []
  /** Told to read lists afresh: what was skipped then is not missed here. */
  resets = 0
  connections = 0

  constructor(session: AgentSession, ports: readonly number[], watch: ForwardWatch) {
    this.#session = session
    this.#ports = ports
    this.#watch = watch
    this.running = this.#follow()
  }

  stop(): Promise<void> {
    this.#isStopped = true
    this.#request?.destroy()
    return this.running
  }

  async #follow(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      await this.#listen(this.#ports[turn % this.#ports.length] as number)
      if (!this.#isStopped) await pause(AGAIN_MS)
    }
  }

  #listen(port: number): Promise<void> {
    const { workspaceId, cookie } = this.#session
    const headers = { host: `localhost:${port}`, cookie, 'last-event-id': String(this.#cursor) }
    const path = `/api/v1/workspaces/${workspaceId}/events`
    return new Promise((resolve) => {
      const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        this.connections += 1
        let rest = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          const frames = (rest + text).split('\n\n')
          rest = frames.pop() ?? ''
          for (const frame of frames) this.#take(frame)
        })
        response.on('error', () => {})
        response.on('close', resolve)
      })
      this.#request = request
      request.setTimeout(SILENCE_MS, () => request.destroy())
      request.on('error', () => resolve())
      request.on('close', () => resolve())
      request.end()
    })
  }

  #take(frame: string): void {
    const field = (name: string) =>
      frame
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2)
    const [event, id] = [field('event'), Number(field('id'))]
    if (event === 'reset') this.resets += 1
    if (event === 'desk') {
      if (id <= this.#cursor) this.outOfTurn.push(`event ${id} came after ${this.#cursor}`)
      const { item } = JSON.parse(field('data') ?? '{}') as Told
      if (item?.id.startsWith('msg_')) this.shown.add(item.id)
      if (item?.delivery) this.#watch.note('stream', item.id, item.delivery.state)
    }
    if (event !== undefined && Number.isSafeInteger(id)) this.#cursor = Math.max(this.#cursor, id)
  }
}

/** Looks at the rows of deliveries again and again, whenever there is a database to look into. */
export class RowWatch {
  readonly #address: () => DatabaseAddress
  readonly #watch: ForwardWatch
  #isStopped = false
  readonly running: Promise<void>
  looks = 0

  constructor(address: () => DatabaseAddress, watch: ForwardWatch) {
    this.#address = address
    this.#watch = watch
    this.running = this.#follow()
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.running
  }

  async #follow(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await withClient(this.#address(), async (client) => {
          while (!this.#isStopped) {
            const { rows } = await client.query<{ id: string; state: string }>(
              'select message_id as id, state from desk.delivery',
            )
            for (const { id, state } of rows) this.#watch.note('row', id, state)
            this.looks += 1
            await pause(LOOK_MS)
          }
        })
      } catch {
        // The database was killed; the next look finds it again.
        await pause(LOOK_MS)
      }
    }
  }
}
