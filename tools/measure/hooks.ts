/** Signed calls to API inboxes, made beforehand: what a shop's program would post, each from a person who wrote before. */
import { randomUUID } from 'node:crypto'
import { signedHeaders } from '../api-inbox-client.ts'
import { chanceOf } from './chance.ts'
import { personOf, type WorkspacePlan } from './plan.ts'
import { writerOf } from './words.ts'

export type HookSource = () => Buffer

/** Calls in turn for each workspace, from its people as chance has it. Good for the five minutes of a signature. */
export function hookSource(plans: readonly WorkspacePlan[], port: number, seed: number): HookSource {
  const chance = chanceOf(seed)
  const writer = writerOf(chance)
  let turn = 0
  return () => {
    const plan = plans[turn % plans.length] as WorkspacePlan
    turn += 1
    const person = personOf(chance.below(plan.conversations))
    return hookRequest(plan, port, person, writer.message(1 + chance.below(1_000_000)))
  }
}

export function hookRequest(plan: WorkspacePlan, port: number, person: string, text: string): Buffer {
  const inbox = plan.inboxes[0]
  if (!inbox) throw new Error('a workspace has an inbox')
  const id = randomUUID()
  const event = { type: 'message', id, from: { id: person }, sentAt: new Date().toISOString(), text }
  const body = JSON.stringify(event)
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

export function manyHooks(source: HookSource, count: number): () => Buffer | null {
  const requests = Array.from({ length: count }, source)
  let at = 0
  return () => requests[at++] ?? null
}
