/**
 * What a storm will do, decided by its seed before anything is started: who writes what where and when, in which order
 * it is sent and by which sender, what is sent twice, and what is killed at which moment. The same seed is the same
 * storm, as far as two processes and a kernel's scheduler can be told what to do.
 */
import { type Chance, chanceOf } from '../bench/chance.ts'

export type Door = 'api' | 'webchat'
export type PlannedEvent = {
  readonly index: number
  /** The id under which it is sent, however often. */
  readonly id: string
  readonly workspace: number
  readonly door: Door
  /** Who writes, counted within workspace and door. */
  readonly writer: number
  /** After the beginning of the story; null: the sender names no time, so the desk's clock is its time. */
  readonly sent_ms: number | null
  /** Order within the same sent time. */
  readonly sequence: number
  readonly text: string
}

/** Moments that matter, which a kill waits for and then shows that it met. */
export type Moment = 'commit and answer' | 'acceptance and commit'
export type PlannedKill = {
  /** When this share of the calls was acknowledged. */
  readonly at: number
  readonly victim: 'desk' | 'backend' | 'postmaster' | 'database'
  readonly desk: number
  readonly moment: Moment | null
  /** Whose commit, when it waits for one. */
  readonly commitOf: 'event' | 'reply'
}

export type StormPlan = {
  readonly seed: number
  readonly workspaces: number
  readonly writers: Readonly<Record<Door, number>>
  readonly events: readonly PlannedEvent[]
  /** What each sender sends, in its order; one event in five stands in two lists. */
  readonly sends: readonly (readonly number[])[]
  readonly kills: readonly PlannedKill[]
}
export type StormSize = { readonly seed: number; readonly events: number; readonly kills: number }

export const DESKS = 2
export const SENDERS = 4
const WORKSPACES = 8
const EVENTS_PER_WRITER = 30
const WRITERS_MIN = 4
/** A visitor may write sixty times a minute, so web chat has as many hands as the API. */
const WEBCHAT_SHARE = 0.5
const DOUBLED_SHARE = 0.2
const TIED_SHARE = 0.15
const SAME_SEQUENCE_SHARE = 0.2
const UNTIMED_SHARE = 0.1
const STEP_MS = 20_000
const FIRST_KILL = 0.04
const LAST_KILL = 0.94
const ID_DIGITS = 8

const PHRASES = [
  'Is the blue sari still in stock?',
  'শাড়িটা কি এখনো আছে? দাম কত?',
  'My parcel says delivered, but nobody rang.',
  'আমার অর্ডারটা কবে আসবে, একটু দেখবেন?',
  'Thanks! And one more in green, please.',
  'ধন্যবাদ, পেয়েছি।',
]

/** In this order, so that even a short storm has one of each. */
const VICTIMS: readonly Omit<PlannedKill, 'at' | 'desk'>[] = [
  { victim: 'desk', moment: null, commitOf: 'event' },
  { victim: 'desk', moment: 'commit and answer', commitOf: 'event' },
  { victim: 'desk', moment: 'acceptance and commit', commitOf: 'event' },
  { victim: 'postmaster', moment: null, commitOf: 'event' },
  { victim: 'backend', moment: null, commitOf: 'event' },
  { victim: 'desk', moment: 'commit and answer', commitOf: 'reply' },
  { victim: 'database', moment: null, commitOf: 'event' },
  { victim: 'desk', moment: 'acceptance and commit', commitOf: 'event' },
  { victim: 'desk', moment: null, commitOf: 'event' },
  { victim: 'backend', moment: null, commitOf: 'event' },
]

/** `e17@4 …`: which message of which storm a text is, said in the text itself. */
export const TOKEN = /^([er])(\d+)@(\d+) /

export function idOf(kind: 'storm' | 'reply', seed: number, index: number): string {
  return `${kind}-${seed}-${String(index).padStart(ID_DIGITS, '0')}`
}

export function textOf(kind: 'e' | 'r', index: number, seed: number): string {
  return `${kind}${index}@${seed} ${PHRASES[index % PHRASES.length]}`
}

export function placeOf({ workspace, door, writer }: Pick<PlannedEvent, 'workspace' | 'door' | 'writer'>): string {
  return `${workspace} ${door} ${writer}`
}

export function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  const mixed = [...list]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = chance.below(at + 1)
    const held = mixed[at] as T
    mixed[at] = mixed[other] as T
    mixed[other] = held
  }
  return mixed
}

function writersFor(events: number): Record<Door, number> {
  const inEach = events / WORKSPACES / EVENTS_PER_WRITER
  return {
    api: Math.max(WRITERS_MIN, Math.round(inEach * (1 - WEBCHAT_SHARE))),
    webchat: Math.max(WRITERS_MIN, Math.round(inEach * WEBCHAT_SHARE)),
  }
}

function planEvents({ seed, events }: StormSize, writers: Record<Door, number>, chance: Chance): PlannedEvent[] {
  const last = new Map<string, { sent_ms: number; sequence: number }>()
  return Array.from({ length: events }, (_, index) => {
    const door: Door = chance.next() < WEBCHAT_SHARE ? 'webchat' : 'api'
    const where = { workspace: chance.below(WORKSPACES), door, writer: chance.below(writers[door]) }
    const before = last.get(placeOf(where))
    const isTied = before !== undefined && chance.next() < TIED_SHARE
    const sent_ms = isTied ? before.sent_ms : (before?.sent_ms ?? 0) + 1 + chance.below(STEP_MS)
    // Web chat knows no sequence: there, and in some ties of the API, the received number decides.
    const grows = door === 'api' && isTied && chance.next() >= SAME_SEQUENCE_SHARE
    const sequence = isTied ? before.sequence + (grows ? 1 : 0) : door === 'api' ? chance.below(3) : 0
    last.set(placeOf(where), { sent_ms, sequence })
    const isUntimed = door === 'api' && chance.next() < UNTIMED_SHARE
    return {
      ...{ index, id: idOf('storm', seed, index), ...where, text: textOf('e', index, seed) },
      ...(isUntimed ? { sent_ms: null, sequence: 0 } : { sent_ms, sequence }),
    }
  })
}

function planSends(events: readonly PlannedEvent[], chance: Chance): number[][] {
  const doubled = shuffled(events, chance).slice(0, Math.round(events.length * DOUBLED_SHARE))
  const lists: number[][] = Array.from({ length: SENDERS }, () => [])
  for (const { index } of shuffled([...events, ...doubled], chance)) lists[chance.below(SENDERS)]?.push(index)
  return lists
}

function planKills(count: number, chance: Chance): PlannedKill[] {
  const victims = Array.from({ length: count }, (_, at) => VICTIMS[at % VICTIMS.length] as (typeof VICTIMS)[number])
  const slot = (LAST_KILL - FIRST_KILL) / Math.max(1, count)
  return shuffled(victims, chance).map((victim, at) => ({
    ...victim,
    desk: chance.below(DESKS),
    at: FIRST_KILL + slot * (at + chance.next()),
  }))
}

export function planStorm(size: StormSize): StormPlan {
  const chance = chanceOf(size.seed)
  const writers = writersFor(size.events)
  const events = planEvents(size, writers, chance)
  const sends = planSends(events, chance)
  return { seed: size.seed, workspaces: WORKSPACES, writers, events, sends, kills: planKills(size.kills, chance) }
}
