/**
 * A sender: a process of its own that posts its part of the events through both doors at a steady pace and asks again,
 * under the same id, until each is acknowledged. What it knows it writes to its own ledger file. Started by the storm
 * with the path of a job; ends when all is acknowledged, when time runs out, or with the storm.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { signedHeaders } from '../api-inbox-client.ts'
import { type Exchange, insist } from './http.ts'
import { writeLine } from './ledger.ts'
import type { PlannedEvent } from './plan.ts'

export type SenderPlace = {
  readonly api: { readonly key: string; readonly secret: string }
  readonly webchat: { readonly key: string }
  /** Bearer tokens of the visitors, by writer. */
  readonly tokens: readonly string[]
}
export type SenderJob = {
  readonly ports: readonly number[]
  readonly places: readonly SenderPlace[]
  readonly sends: readonly PlannedEvent[]
  /** When the story begins, by the clock. */
  readonly begin_ms: number
  readonly pace_ms: number
  readonly deadline_ms: number
  readonly ledgerFile: string
}

const IN_FLIGHT_MAX = 24

function callOf({ places, begin_ms }: SenderJob, event: PlannedEvent): (port: number) => Exchange {
  const place = places[event.workspace] as SenderPlace
  const { id, text, sequence, writer } = event
  const sentAt = event.sent_ms === null ? null : new Date(begin_ms + event.sent_ms).toISOString()
  if (event.door === 'webchat') {
    const body = JSON.stringify({ clientMessageId: id, text, attachmentIds: [], sentAt })
    const headers = { authorization: `Bearer ${place.tokens[writer]}` }
    const path = `/widget/api/${place.webchat.key}/messages`
    return (port) => ({ port, method: 'POST', path, origin: 'widget', headers, body })
  }
  const from = { id: `person-${writer}`, name: `Person ${writer}` }
  const body = JSON.stringify({ type: 'message', id, from, text, sequence, ...(sentAt && { sentAt }) })
  const path = `/hooks/api/${place.api.key}`
  return (port) => ({ port, method: 'POST', path, headers: signedHeaders(place.api.secret, id, body), body })
}

async function send(job: SenderJob, event: PlannedEvent, turn: number): Promise<void> {
  const { ledgerFile, ports, deadline_ms } = job
  writeLine(ledgerFile, { kind: 'sent', event: event.index, at_ms: Date.now() })
  const onLost = (status: number) => writeLine(ledgerFile, { kind: 'lost', event: event.index, status })
  const wanted = event.door === 'webchat' ? 202 : 200
  const answer = await insist(callOf(job, event), wanted, { ports, first: turn, deadline_ms, onLost })
  if (!answer) return
  writeLine(ledgerFile, { kind: 'acked', event: event.index, at_ms: Date.now() })
  process.send?.('acked')
}

async function run(job: SenderJob): Promise<void> {
  const running = new Set<Promise<void>>()
  const begun_ms = performance.now()
  for (const [turn, event] of job.sends.entries()) {
    const early_ms = turn * job.pace_ms - (performance.now() - begun_ms)
    if (early_ms > 0) await pause(early_ms)
    while (running.size >= IN_FLIGHT_MAX) await Promise.race(running)
    const one = send(job, event, turn).finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
}

process.on('disconnect', () => process.exit(1))
await run(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SenderJob)
process.exit(0)
