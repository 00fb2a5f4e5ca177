/**
 * Puts together what ledgers, receivers, streams and rows say at the end of a storm, has it judged, and spells the result
 * as outside checks read it. What fails a storm beside the counts is a finding with a sentence.
 */
import { type Exchange, exchange } from './http.ts'
import type { AgentSession } from './agents.ts'
import { type Beyond, type ForwardWatch, judge, type Promised, type Thread, type Verdict } from './check.ts'
import { type Ask, readVisit, readWorkspace, type Rows } from './collect.ts'
import type { Kill } from './kills.ts'
import type { EventLine, ReplyLine } from './ledger.ts'
import { placeOf, type StormPlan, textOf } from './plan.ts'
import type { SenderPlace } from './sender.ts'
import type { StreamWatch } from './watch.ts'

const READ_TRIES = 5
const READ_AGAIN_MS = 5_000

/** One may read so much a minute, so a refusal is waited out. */
function reader(call: Omit<Exchange, 'method'>): Ask {
  return async (path) => {
    for (let attempt = 1; ; attempt++) {
      const { status, text } = await exchange({ ...call, method: 'GET', path: `${call.path}${path}` })
      if (status === 200) return JSON.parse(text)
      if (attempt === READ_TRIES) throw new Error(`${path} was answered ${status}`)
      await new Promise((resolve) => setTimeout(resolve, attempt * READ_AGAIN_MS))
    }
  }
}

function asAgent({ workspaceId, cookie }: AgentSession, port: number): Ask {
  return reader({ port, path: `/api/v1/workspaces/${workspaceId}/`, headers: { cookie } })
}

/** Each visitor reads what stands in the thread that is theirs, all of it and nothing else. */
export async function visitorFindings(
  plan: StormPlan,
  places: readonly SenderPlace[],
  threads: readonly Thread[],
  port: number,
): Promise<string[]> {
  const findings: string[] = []
  const byText = new Map(threads.flatMap((thread) => thread.messages.map(({ text }) => [text, thread] as const)))
  for (const [workspace, { webchat, tokens }] of places.entries()) {
    const base = { port, path: `/widget/api/${webchat.key}/`, origin: 'widget' } as const
    for (const [writer, token] of tokens.entries()) {
      const read = await readVisit(reader({ ...base, headers: { authorization: `Bearer ${token}` } }))
      const place = placeOf({ workspace, door: 'webchat', writer })
      const own = plan.events.find((event) => placeOf(event) === place && byText.has(event.text))
      const shown = own ? (byText.get(own.text)?.messages ?? []).map(({ text }) => text) : []
      if (read.sort().join('\n') !== shown.sort().join('\n')) {
        findings.push(`the visitor ${place} reads ${read.length} messages where agents read ${shown.length}`)
      }
    }
  }
  return findings
}

export async function readAll(sessions: readonly AgentSession[], port: number): Promise<Thread[]> {
  const workspaces = await Promise.all(sessions.map((session) => readWorkspace(asAgent(session, port))))
  return workspaces.flat()
}

export function promisesOf(
  plan: StormPlan,
  begin_ms: number,
  eventLines: readonly EventLine[],
  replyLines: readonly ReplyLine[],
): Promised[] {
  const sent = new Set(eventLines.flatMap((line) => (line.kind === 'sent' ? [line.event] : [])))
  const acked = new Set(eventLines.flatMap((line) => (line.kind === 'acked' ? [line.event] : [])))
  const events = plan.events.map(
    (event): Promised => ({
      token: `e${event.index}`,
      text: event.text,
      place: placeOf(event),
      sentAt_ms: event.sent_ms === null ? null : begin_ms + event.sent_ms,
      sequence: event.sequence,
      isSent: sent.has(event.index),
      isAcked: acked.has(event.index),
    }),
  )
  const taken = new Set(replyLines.flatMap((line) => (line.kind === 'acked' ? [line.reply] : [])))
  const replies = replyLines.flatMap((line): Promised[] =>
    line.kind !== 'sent'
      ? []
      : [
          {
            ...{ token: `r${line.reply}`, text: textOf('r', line.reply, plan.seed), place: line.conversationId },
            ...{ sentAt_ms: null, sequence: 0, isSent: true, isAcked: taken.has(line.reply) },
          },
        ],
  )
  return [...events, ...replies]
}

/** A reply acknowledged twice is to be the same message both times. */
export function twoNames(replyLines: readonly ReplyLine[]): string[] {
  const names = new Map<number, string>()
  return replyLines.flatMap((line) => {
    if (line.kind !== 'acked') return []
    const before = names.get(line.reply)
    names.set(line.reply, line.messageId)
    return before !== undefined && before !== line.messageId
      ? [`r${line.reply} was acknowledged as ${before} and as ${line.messageId}`]
      : []
  })
}

export type Evidence = {
  readonly promised: readonly Promised[]
  readonly threads: readonly Thread[]
  readonly beyond: Beyond
  readonly rows: Rows
  readonly streams: readonly StreamWatch[]
  readonly forward: ForwardWatch
  /** Of processes, senders and kills. */
  readonly findings: readonly string[]
}
export type Judged = Verdict & { readonly statusBackwards: number }

export function judgeAll({ promised, threads, beyond, rows, streams, forward, findings }: Evidence): Judged {
  const verdict = judge(promised, threads, beyond)
  const listed = threads.reduce((sum, { messages }) => sum + messages.length, 0)
  const more: string[] = [...findings]
  if (listed !== rows.messages) more.push(`${rows.messages} messages are stored and ${listed} are listed`)
  if (rows.pending > 0) more.push(`${rows.pending} kept events were never stored`)
  if (rows.unreadable > 0) more.push(`${rows.unreadable} events were set apart as unreadable`)
  if (rows.underWay > 0) more.push(`${rows.underWay} answers are still under way`)
  if (rows.gaps > 0) more.push(`${rows.gaps} numbers of events are missing`)
  const isTold = streams.every(({ resets }) => resets === 0)
  const shown = new Set(streams.flatMap((stream) => [...stream.shown]))
  const unseen = threads.flatMap(({ messages }) => messages.filter(({ id }) => !shown.has(id)))
  if (isTold && unseen.length > 0) more.push(`${unseen.length} messages were on no stream`)
  more.push(...streams.flatMap(({ outOfTurn }) => outOfTurn), ...forward.steps)
  if (forward.seen === 0) more.push('no status was seen at all')
  return { ...verdict, statusBackwards: forward.steps.length, findings: [...verdict.findings, ...more] }
}

/** What a full storm must have had for its verdict to mean something. */
export function killFindings(plan: StormPlan, kills: readonly Kill[]): string[] {
  const findings: string[] = []
  if (kills.length < plan.kills.length) findings.push(`only ${kills.length} of ${plan.kills.length} kills happened`)
  for (const moment of ['commit and answer', 'acceptance and commit'] as const) {
    const isPlanned = plan.kills.some((kill) => kill.moment === moment)
    const isShown = kills.some(({ between }) => between === moment)
    if (isPlanned && !isShown) findings.push(`no kill could be shown to land between ${moment}`)
  }
  return findings
}
