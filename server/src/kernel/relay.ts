/**
 * Tells other processes that events were committed, and that work waits for their loops. Business transactions never
 * NOTIFY (it takes a lock across the whole server at commit); this sends one notification for all that was committed
 * since the last one, from a connection of its own, and listens on another. A lost notification costs at most the second
 * until the next look by number.
 */
import type pg from 'pg'
import { describeError, type Logger } from './log.ts'
import type { Signals } from './signals.ts'

const CHANNEL = 'desk_events'
/** NOTIFY takes payloads below 8,000 bytes; a workspace and its number are at most 56. */
const ENTRIES_PER_NOTE = 140
const GATHER_MS = 5
const RECONNECT_MS = 1_000
/** Wake-up calls for the loops of other processes, spelled as an entry of their own. */
const WAKES = ['inbound', 'deliveries', 'searchBacklog'] as const
const ENTRY = /^([0-9a-f-]{36}):(\d{1,16})$/

export type Relay = { stop(): Promise<void> }

export function startRelay(pool: pg.Pool, signals: Signals, log: Logger): Relay {
  const waiting = new Map<string, number>()
  const wakes = new Set<string>()
  /** While we repeat what another process said, nothing is sent on. */
  let isHearing = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let listener: pg.PoolClient | undefined

  async function flush(): Promise<void> {
    timer = undefined
    const entries = [...wakes, ...[...waiting].map(([workspaceId, number]) => `${workspaceId}:${number}`)]
    wakes.clear()
    waiting.clear()
    for (let at = 0; at < entries.length; at += ENTRIES_PER_NOTE) {
      const note = entries.slice(at, at + ENTRIES_PER_NOTE)
      await pool.query('select pg_notify($1, $2)', [CHANNEL, note.join(',')])
    }
  }

  function sendSoon(): void {
    timer ??= setTimeout(() => {
      flush().catch((error) => log.warn({ error: describeError(error) }, 'a notification was not sent'))
    }, GATHER_MS)
  }

  const forgets = [
    signals.on('events', ({ workspaceId, lastNumber, isOurs }) => {
      if (!isOurs) return
      waiting.set(workspaceId, Math.max(lastNumber, waiting.get(workspaceId) ?? 0))
      sendSoon()
    }),
    ...WAKES.map((name) =>
      signals.on(name, () => {
        if (isHearing) return
        wakes.add(name)
        sendSoon()
      }),
    ),
  ]

  function hear(payload: string): void {
    isHearing = true
    for (const entry of payload.split(',')) {
      const wake = WAKES.find((name) => name === entry)
      if (wake) signals.tell(wake, undefined)
      const [, workspaceId, number] = ENTRY.exec(entry) ?? []
      if (!workspaceId || !number) continue
      signals.tell('events', { workspaceId, lastNumber: Number(number), isOurs: false })
    }
    isHearing = false
  }

  async function listen(): Promise<void> {
    while (!isStopped) {
      try {
        const client = await pool.connect()
        // Told to stop while it connected: nobody would ever end this one.
        if (isStopped) {
          client.release(true)
          break
        }
        listener = client
        const lost = new Promise<void>((resolve) => {
          client.on('error', () => resolve())
          client.on('end', () => resolve())
        })
        client.on('notification', ({ payload }) => hear(payload ?? ''))
        await client.query(`listen ${CHANNEL}`)
        await lost
        client.release(true)
      } catch (error) {
        log.warn({ error: describeError(error) }, 'the listening connection was lost')
      }
      listener = undefined
      if (!isStopped) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS))
    }
  }
  const listening = listen()

  return {
    async stop() {
      isStopped = true
      for (const forget of forgets) forget()
      clearTimeout(timer)
      await (listener as unknown as { end(): Promise<void> } | undefined)?.end()
      await listening
    },
  }
}
