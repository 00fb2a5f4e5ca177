/** Signed calls to API inboxes, made beforehand: what a shop's program would post, each from a person who wrote before. */
import { randomUUID } from 'node:crypto'
import { signedHeaders } from '../api-inbox-client.ts'
import type { Incoming } from './capture.ts'
import { chanceOf } from './chance.ts'
import { personOf, type WorkspacePlan } from './plan.ts'
import { writerOf } from './words.ts'

const MESSAGES = 1_000_000

/** Messages in turn for each workspace, from its people as chance has it. */
export function incomingSource(plans: readonly WorkspacePlan[], seed: number): () => Incoming {
  const chance = chanceOf(seed)
  const writer = writerOf(chance)
  let turn = 0
  return () => {
    const plan = plans[turn % plans.length] as WorkspacePlan
    turn += 1
    const person = personOf(chance.below(plan.conversations))
    return incoming(plan, person, writer.message(chance.below(MESSAGES), MESSAGES))
  }
}

export function incoming(plan: WorkspacePlan, person: string, text: string): Incoming {
  const id = randomUUID()
  const event = { type: 'message', id, from: { id: person }, sentAt: new Date().toISOString(), text }
  return { plan, id, body: JSON.stringify(event) }
}

/** The whole call as bytes; good for the five minutes of its signature. */
export function hookRequest({ plan, id, body }: Incoming, port: number): Buffer {
  const inbox = plan.inboxes[0]
  if (!inbox) throw new Error('a workspace has an inbox')
  const headers = Object.entries(signedHeaders(inbox.signingSecret, id, body)).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const head = [
    `POST /hooks/api/${inbox.key} HTTP/1.1`,
    `host: localhost:${port}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

export function manyHooks(source: () => Incoming, port: number, count: number): () => Buffer | null {
  const requests = Array.from({ length: count }, () => hookRequest(source(), port))
  let at = 0
  return () => requests[at++] ?? null
}
