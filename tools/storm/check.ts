/**
 * Judges a storm: what was promised (ledgers outside the desk) against what is there (read from outside). Knows nothing
 * of the desk but what it shows. An acknowledged message that is missing is told apart from one that was sent and never
 * acknowledged; whatever else is not as it must be is a finding, and one finding fails the storm.
 */
import { TOKEN } from './plan.ts'

export type Promised = {
  /** `e17` or `r4`, as its text begins. */
  readonly token: string
  readonly text: string
  /** Where it belongs: a writer's place for an event, the id of a conversation for an answer. */
  readonly place: string
  /** By the ledger; null: the desk's own clock decides. */
  readonly sentAt_ms: number | null
  readonly sequence: number
  readonly isSent: boolean
  readonly isAcked: boolean
}
export type Seen = {
  readonly id: string
  /** Received number within the conversation. */
  readonly number: number
  readonly direction: 'in' | 'out'
  readonly text: string
  readonly sentAt_ms: number
  readonly state: string | null
}
export type Thread = {
  readonly conversationId: string
  readonly channel: string
  /** In the order in which the desk displays them. */
  readonly messages: readonly Seen[]
}
/** What a receiver behind the desk took and told. */
export type Beyond = {
  readonly accepted: ReadonlyMap<string, string>
  readonly told: readonly { readonly messageId: string; readonly status: string }[]
}
export type Verdict = {
  readonly sent: number
  readonly acked: number
  readonly stored: number
  readonly ackedMissing: number
  readonly doubled: number
  readonly misordered: number
  readonly findings: readonly string[]
}

/** Left to right; a delivery never goes back, but a new try leads to `queued`. */
const STATES = ['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read']
const MAY_QUEUE_AGAIN = new Set(['sending', 'uncertain', 'failed'])

export function isBackward(before: string, after: string): boolean {
  if (after === 'queued' && MAY_QUEUE_AGAIN.has(before)) return false
  return STATES.indexOf(after) < STATES.indexOf(before)
}

/** Watches states go by, of as many messages and from as many places as there are. */
export class ForwardWatch {
  readonly #last = new Map<string, string>()
  readonly steps: string[] = []
  seen = 0

  /** `from`: who tells it. What one place tells late says nothing about another. */
  note(from: string, messageId: string, state: string): void {
    const name = `${from} ${messageId}`
    const before = this.#last.get(name)
    this.seen += 1
    if (before !== undefined && isBackward(before, state)) this.steps.push(`${name}: ${before} to ${state}`)
    this.#last.set(name, state)
  }
}

type Place = { readonly thread: Thread; readonly message: Seen }

export function judge(promised: readonly Promised[], threads: readonly Thread[], beyond: Beyond): Verdict {
  const known = new Map(promised.map((one) => [one.token, one]))
  const findings: string[] = []
  const seen = gather(known, threads, findings)
  const events = promised.filter(({ token }) => token.startsWith('e'))
  const isThere = ({ token }: Promised) => (seen.places.get(token)?.length ?? 0) > 0
  const missing = promised.filter((one) => one.isAcked && !isThere(one))
  const undelivered = [...undeliveredAnswers(seen.places, known, beyond)]
  findings.push(...missing.map(({ token }) => `${token} was acknowledged and is missing`), ...undelivered)
  const repeated = [...seen.places].flatMap(([token, places]) => (places.length > 1 ? [token] : []))
  findings.push(...repeated.map((token) => `${token} is stored ${seen.places.get(token)?.length} times`))
  const twice = doubledBeyond(beyond)
  findings.push(...twice)
  const disorder = threads.flatMap((thread) => disorderIn(thread, known))
  findings.push(...disorder)
  const surplus = repeated.reduce((sum, token) => sum + (seen.places.get(token)?.length ?? 1) - 1, 0)
  return {
    sent: events.filter(({ isSent }) => isSent).length,
    acked: events.filter(({ isAcked }) => isAcked).length,
    stored: events.filter(isThere).length,
    ackedMissing: missing.length + undelivered.length,
    doubled: surplus + seen.strangers + twice.length,
    misordered: disorder.length,
    findings,
  }
}

/** Where each message is. One in the wrong conversation, altered, or sent by nobody is a stranger there. */
function gather(known: ReadonlyMap<string, Promised>, threads: readonly Thread[], findings: string[]) {
  const places = new Map<string, Place[]>()
  const owners = new Map<string, string>()
  let strangers = 0
  for (const thread of threads) {
    const owner = ownerOf(thread, known)
    const other = owner === null ? undefined : owners.get(owner)
    if (other) findings.push(`${owner} has two conversations: ${other} and ${thread.conversationId}`)
    if (other) strangers += 1
    if (owner !== null) owners.set(owner, thread.conversationId)
    for (const message of thread.messages) {
      const one = known.get(tokenOf(message.text) ?? '')
      const isHome = one !== undefined && one.text === message.text && isAtHome(one, thread, owner)
      if (!isHome) {
        strangers += 1
        findings.push(`${message.id} in ${thread.conversationId} is not what anybody sent there`)
      } else places.set(one.token, [...(places.get(one.token) ?? []), { thread, message }])
    }
    const numbers = new Set(thread.messages.map(({ number }) => number))
    if (numbers.size !== thread.messages.length) findings.push(`${thread.conversationId} has a number twice`)
  }
  return { places, strangers }
}

function tokenOf(text: string): string | null {
  const [, kind, index] = TOKEN.exec(text) ?? []
  return kind && index ? `${kind}${index}` : null
}

function isAtHome(one: Promised, thread: Thread, owner: string | null): boolean {
  return one.token.startsWith('r') ? one.place === thread.conversationId : one.place === owner
}

/** The writer to whom most of a thread belongs. */
function ownerOf(thread: Thread, known: ReadonlyMap<string, Promised>): string | null {
  const votes = new Map<string, number>()
  for (const { text, direction } of thread.messages) {
    const place = direction === 'in' ? known.get(tokenOf(text) ?? '')?.place : undefined
    if (place) votes.set(place, (votes.get(place) ?? 0) + 1)
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

type Rank = readonly [sentAt_ms: number, sequence: number, number: number]

function comesAfter(a: Rank, b: Rank): boolean {
  const at = a.findIndex((value, place) => value !== b[place])
  return at >= 0 && (a[at] as number) > (b[at] as number)
}

/** Order is (sent time, sequence, received number), where time and sequence are the sender's own words. */
function disorderIn({ conversationId, messages }: Thread, known: ReadonlyMap<string, Promised>): string[] {
  const ranks = messages.map(({ text, sentAt_ms, number }): Rank => {
    const one = known.get(tokenOf(text) ?? '')
    return [one?.sentAt_ms ?? sentAt_ms, one?.sequence ?? 0, number]
  })
  return messages.flatMap(({ id, text, sentAt_ms }, at) => {
    const before = ranks[at - 1]
    const rank = ranks[at] as Rank
    const said = known.get(tokenOf(text) ?? '')?.sentAt_ms ?? sentAt_ms
    if (said !== sentAt_ms) return [`${id} in ${conversationId} bears another time than it was sent with`]
    return before && comesAfter(before, rank) ? [`${id} in ${conversationId} stands behind what comes later`] : []
  })
}

function* undeliveredAnswers(
  places: ReadonlyMap<string, readonly Place[]>,
  known: ReadonlyMap<string, Promised>,
  { accepted, told }: Beyond,
): Generator<string> {
  const furthest = new Map<string, string>()
  for (const { messageId, status } of told) {
    const before = furthest.get(messageId)
    if (!before || isBackward(status, before)) furthest.set(messageId, status)
  }
  for (const [token, [place]] of places) {
    if (!place || !token.startsWith('r') || !known.get(token)?.isAcked) continue
    const { thread, message } = place
    const news = furthest.get(message.id)
    // Web chat posts nothing: visitors read the thread from the desk itself.
    if (thread.channel === 'api' && !accepted.has(message.id)) yield `${token} was taken and never reached its receiver`
    else if (news && message.state !== news) yield `${token} is ${message.state}, though ${news} was acknowledged`
    else if (!news && message.state !== 'sent') yield `${token} is ${message.state} and was never sent to the end`
  }
}

/** Two messages for one answer, as the receiver behind the desk sees it. */
function doubledBeyond({ accepted }: Beyond): string[] {
  const ids = new Map<string, string>()
  return [...accepted].flatMap(([id, text]) => {
    const token = tokenOf(text) ?? id
    const other = ids.get(token)
    ids.set(token, id)
    return other ? [`${token} reached its receiver as ${other} and as ${id}`] : []
  })
}
