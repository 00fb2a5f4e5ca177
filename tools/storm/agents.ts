/**
 * The agents: a process that reads lists and answers customers through the desk's own API while the storm goes on, in
 * every workspace, and asks again under the same client id until an answer is taken. One answer in five is posted twice.
 * Goes on until the storm says enough, then finishes what it has begun.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { chanceOf } from '../bench/chance.ts'
import { exchange, type Exchange, insist } from './http.ts'
import { writeLine } from './ledger.ts'
import { idOf, textOf } from './plan.ts'

export type AgentSession = {
  readonly workspaceId: string
  readonly cookie: string
  readonly csrfToken: string
}
export type AgentsJob = {
  readonly seed: number
  readonly ports: readonly number[]
  readonly sessions: readonly AgentSession[]
  readonly pace_ms: number
  readonly deadline_ms: number
  readonly ledgerFile: string
}

const IN_FLIGHT_MAX = 16
const LIST_GOOD_MS = 2_000
const DOUBLED_SHARE = 0.2
type Listed = { readonly ids: readonly string[]; readonly at_ms: number }

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as AgentsJob
const chance = chanceOf(job.seed + 1)
const lists = new Map<number, Listed>()

async function conversationsIn(workspace: number, port: number): Promise<readonly string[]> {
  const known = lists.get(workspace)
  if (known && Date.now() - known.at_ms < LIST_GOOD_MS) return known.ids
  const { workspaceId, cookie } = job.sessions[workspace] as AgentSession
  const path = `/api/v1/workspaces/${workspaceId}/conversations?view=all&limit=100`
  const answer = await exchange({ port, method: 'GET', path, headers: { cookie } }).catch(() => null)
  if (answer?.status !== 200) return known?.ids ?? []
  const ids = (JSON.parse(answer.text) as { conversations: { id: string }[] }).conversations.map(({ id }) => id)
  lists.set(workspace, { ids, at_ms: Date.now() })
  return ids
}

async function reply(number: number, workspace: number, conversationId: string): Promise<void> {
  const { seed, ports, deadline_ms, ledgerFile } = job
  const { workspaceId, cookie, csrfToken } = job.sessions[workspace] as AgentSession
  const isDoubled = chance.next() < DOUBLED_SHARE
  const body = JSON.stringify({
    clientMessageId: idOf('reply', seed, number),
    text: textOf('r', number, seed),
    attachmentIds: [],
    seenNumber: 0,
    force: true,
  })
  const path = `/api/v1/workspaces/${workspaceId}/conversations/${conversationId}/messages`
  const headers = { cookie, 'x-csrf-token': csrfToken }
  const call = (port: number): Exchange => ({ port, method: 'POST', path, headers, body })
  writeLine(ledgerFile, { kind: 'sent', reply: number, workspace, conversationId })
  const onLost = (status: number) => writeLine(ledgerFile, { kind: 'lost', reply: number, status })
  for (const _ of isDoubled ? [1, 2] : [1]) {
    const answer = await insist(call, 202, { ports, first: number, deadline_ms, onLost })
    if (!answer) return
    const { id: messageId } = JSON.parse(answer.text) as { id: string }
    writeLine(ledgerFile, { kind: 'acked', reply: number, messageId })
  }
}

let isEnough = false
process.on('message', (word) => {
  if (word === 'enough') isEnough = true
})
process.on('disconnect', () => process.exit(1))

const running = new Set<Promise<void>>()
for (let number = 0; !isEnough && Date.now() < job.deadline_ms; ) {
  const workspace = chance.below(job.sessions.length)
  const ids = await conversationsIn(workspace, job.ports[number % job.ports.length] as number)
  const conversationId = ids.length > 0 ? chance.pick(ids) : null
  if (conversationId) {
    const one = reply(number, workspace, conversationId).finally(() => running.delete(one))
    running.add(one)
    number += 1
  }
  if (running.size >= IN_FLIGHT_MAX) await Promise.race(running)
  await pause(job.pace_ms)
}
await Promise.all(running)
process.exit(0)
