/**
 * What one workspace's flood costs its neighbours: 99 workspaces get messages at a steady pace, by turns alone and beside
 * a hundredth that posts as fast as it is answered. Measured is the time from the desk's yes to the commit that stores
 * the message, as PostgreSQL itself dates that commit, so that measuring adds nothing; and from the sender's call on,
 * which waits behind the flood at the desk's own door too.
 */
import { fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { parseConfig } from '../../server/src/config.ts'
import { layFoundation } from '../../server/src/foundation.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import { signedHeaders } from '../api-inbox-client.ts'
import { median, percentile } from '../bench/figures.ts'
import { furnish, kernelOn } from '../bench/furnish.ts'
import { NoiseGuard } from '../bench/noise.ts'
import type { WorkspacePlan } from '../bench/plan.ts'
import type { Flooded, FloodJob } from './flood.ts'
import type { Ground } from './ground.ts'
import { exchange } from './http.ts'
import { untilRows } from './storm.ts'

/** Milliseconds, or turns. */
export type Delay = { readonly p50: number; readonly p99: number }
type Beside = { readonly quiet: Delay; readonly flooded: Delay }
export type Neighbours = {
  readonly workspaces: number
  readonly rounds: number
  readonly quiet: Delay
  readonly flooded: Delay
  /** How many times its own quiet p99 the flooded p99 is. */
  readonly ratio: number
  /**
   * Transactions of step 2 from the desk's yes to the one that stored the message, that one included, and the messages
   * in them: how many turns it waited, whatever the machine's neighbours did.
   */
  readonly turns: Beside
  readonly messages: Beside
  /** The least and the greatest of any two rounds side by side. */
  readonly ratioRange: readonly [number, number]
  /** Whether the machine was ours alone; when it was not, the ratio says little. */
  readonly noise: { readonly driftPct: number; readonly noisy: boolean }
  /** Acknowledged to a neighbour and not stored. */
  readonly lost: number
  /** Calls of neighbours to which no yes was heard. */
  readonly unanswered: number
  /** The same delays counted from the sender's call, what its network and the desk's door take included. */
  readonly fromCall: Beside & { readonly ratio: number }
  readonly flood: Flooded & { readonly perSecond: number }
}
export type NeighboursOptions = {
  readonly ground: Ground
  readonly rounds: number
  readonly say: (sentence: string) => void
}

const FLOOD = fileURLToPath(new URL('./flood.ts', import.meta.url))
const WORKSPACES = 99
const PACE_PER_SECOND = 200
const ROUND_MS = 8_000
const WARM_UP_MS = 4_000
const FLOOD_AHEAD_MS = 1_000
const CONNECTIONS = 64
const DRAINED_LIMIT_MS = 120_000
const STORY_MS = 3_600_000
const WRITERS = 5

const STORED = `
  select workspace_id || ' ' || (extract(epoch from sent_at) * 1000)::bigint as name,
         extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as stored_ms
  from desk.message where workspace_id = any ($1::uuid[]) and sent_at >= $2
`
const COMMITS = `
  select extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at_ms, count(*)::int as messages
  from desk.message where received_at >= $1 group by xmin order by at_ms
`

type Call = { readonly workspaceId: string; readonly sentAt_ms: number; readonly called_ms: number }
type Acknowledged = Call & { readonly acked_ms: number }
type Called = { readonly acknowledged: readonly Acknowledged[]; readonly unanswered: number }
/** When a transaction of step 2 was committed, and how many messages it held. */
type Commit = { readonly at_ms: number; readonly messages: number }
type Samples = Readonly<Record<'fromYes' | 'fromCall' | 'turns' | 'messages', number[]>>
type Round = Samples & { readonly lost: number; readonly unanswered: number; readonly flood: Flooded }

export async function measureNeighbours({ ground, rounds, say }: NeighboursOptions): Promise<Neighbours> {
  const plans = await furnishNeighbours(ground)
  const [flooder, ...neighbours] = plans as [WorkspacePlan, ...WorkspacePlan[]]
  const street = new Street(ground, neighbours, flooder)
  await street.round(WARM_UP_MS, false)
  const all: Record<'quiet' | 'flooded', Round[]> = { quiet: [], flooded: [] }
  const noise = new NoiseGuard()
  for (let round = 0; round < rounds; round++) {
    for (const kind of round % 2 === 0 ? (['quiet', 'flooded'] as const) : (['flooded', 'quiet'] as const)) {
      noise.look()
      const done = await street.round(ROUND_MS, kind === 'flooded')
      all[kind].push(done)
      const p99_ms = percentile(done.fromYes, 0.99).toFixed(1)
      say(
        `Neighbours ${kind}: p99 ${p99_ms} ms of ${done.fromYes.length}; the flood was answered ${done.flood.answered}`,
      )
    }
  }
  noise.look()
  return { ...summary(all, rounds), noise: noise.verdict }
}

function summary({ quiet, flooded }: Record<'quiet' | 'flooded', Round[]>, rounds: number): Omit<Neighbours, 'noise'> {
  const delayOf = (list: readonly Round[], from: keyof Samples): Delay => ({
    p50: rounded(median(list.map((round) => percentile(round[from], 0.5)))),
    p99: rounded(median(list.map((round) => percentile(round[from], 0.99)))),
  })
  const both = (from: keyof Samples): Beside => ({ quiet: delayOf(quiet, from), flooded: delayOf(flooded, from) })
  const pair = (from: keyof Samples) => {
    const { quiet: alone, flooded: beside } = both(from)
    return { quiet: alone, flooded: beside, ratio: rounded(beside.p99 / alone.p99) }
  }
  const sum = (of: (round: Round) => number) => [...quiet, ...flooded].reduce((total, round) => total + of(round), 0)
  const answered = sum(({ flood }) => flood.answered)
  return {
    ...{ workspaces: WORKSPACES, rounds, ...pair('fromYes') },
    ...{ turns: both('turns'), messages: both('messages') },
    ratioRange: ratioRange(quiet, flooded),
    lost: sum(({ lost }) => lost),
    unanswered: sum(({ unanswered }) => unanswered),
    fromCall: pair('fromCall'),
    flood: {
      answered,
      refused: sum(({ flood }) => flood.refused),
      perSecond: Math.round((1_000 * answered) / rounds / (ROUND_MS + FLOOD_AHEAD_MS)),
    },
  }
}

function ratioRange(quiet: readonly Round[], flooded: readonly Round[]): [number, number] {
  const p99 = (round: Round | undefined) => percentile(round?.fromYes ?? [], 0.99)
  const ratios = quiet.map((round, at) => rounded(p99(flooded[at]) / p99(round)))
  return [Math.min(...ratios), Math.max(...ratios)]
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

async function furnishNeighbours(ground: Ground): Promise<WorkspacePlan[]> {
  const { config, problems } = parseConfig(ground.environment())
  if (!config) throw new Error(problems.join('\n'))
  const foundation = await layFoundation(config, pino({ level: 'silent' }), () => {})
  try {
    const kernel = kernelOn(foundation)
    const plans: WorkspacePlan[] = []
    for (let place = 0; place <= WORKSPACES; place++) {
      const shape = { name: `Neighbour ${place}`, conversations: WRITERS, deepMessages: 0, isThin: true, seed: place }
      plans.push(await furnish(kernel, ground.cluster.superuser(), { ...shape, members: 1, inboxes: 1 }))
    }
    return plans
  } finally {
    await foundation.close()
  }
}

class Street {
  readonly #ground: Ground
  readonly #neighbours: readonly WorkspacePlan[]
  readonly #flooder: WorkspacePlan
  /** Each message has a moment of its own, by which its row is found. */
  #moment_ms = Date.now() - STORY_MS
  #turn = 0
  #floods = 0

  get #workspaceIds(): string[] {
    return [this.#flooder, ...this.#neighbours].map(({ workspaceId }) => workspaceId)
  }

  constructor(ground: Ground, neighbours: readonly WorkspacePlan[], flooder: WorkspacePlan) {
    this.#ground = ground
    this.#neighbours = neighbours
    this.#flooder = flooder
  }

  async round(lasts_ms: number, isFlooded: boolean): Promise<Round> {
    const flooding = isFlooded ? this.#flood(lasts_ms + FLOOD_AHEAD_MS) : Promise.resolve({ answered: 0, refused: 0 })
    if (isFlooded) await pause(FLOOD_AHEAD_MS)
    const { acknowledged, unanswered } = await this.#callAtPace(lasts_ms)
    const flood = await flooding
    await untilRows(this.#ground, this.#workspaceIds, ({ pending }) => pending === 0, DRAINED_LIMIT_MS)
    return { ...(await this.#samplesOf(acknowledged)), unanswered, flood }
  }

  #flood(lasts_ms: number): Promise<Flooded> {
    const { key, signingSecret: secret } = this.#flooder.inboxes[0] as WorkspacePlan['inboxes'][number]
    this.#floods += 1
    const { port } = this.#ground.straight
    const job: FloodJob = { ...{ port, key, secret, lasts_ms }, connections: CONNECTIONS, name: String(this.#floods) }
    const child = fork(FLOOD, [JSON.stringify(job)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    return new Promise((resolve, reject) => {
      child.once('message', (flooded) => resolve(flooded as Flooded))
      child.once('exit', (code) => code === 0 || reject(new Error(`the flood ended with ${code}`)))
    })
  }

  async #callAtPace(lasts_ms: number): Promise<Called> {
    const acknowledged: Acknowledged[] = []
    const running = new Set<Promise<void>>()
    const begun_ms = performance.now()
    const count = Math.floor((lasts_ms * PACE_PER_SECOND) / 1_000)
    for (let at = 0; at < count; at++) {
      const early_ms = (at * 1_000) / PACE_PER_SECOND - (performance.now() - begun_ms)
      if (early_ms > 0) await pause(early_ms)
      const one = this.#call(acknowledged).finally(() => running.delete(one))
      running.add(one)
    }
    await Promise.all(running)
    return { acknowledged, unanswered: count - acknowledged.length }
  }

  async #call(acknowledged: Acknowledged[]): Promise<void> {
    const plan = this.#neighbours[this.#turn++ % this.#neighbours.length] as WorkspacePlan
    const inbox = plan.inboxes[0] as WorkspacePlan['inboxes'][number]
    const sentAt_ms = this.#moment_ms++
    const id = `neighbour-${sentAt_ms}`
    const from = { id: `person-${this.#turn % WRITERS}` }
    const text = `Message ${this.#turn}`
    const body = JSON.stringify({ type: 'message', id, from, text, sentAt: new Date(sentAt_ms).toISOString() })
    const headers = signedHeaders(inbox.signingSecret, id, body)
    const call: Call = { workspaceId: plan.workspaceId, sentAt_ms, called_ms: Date.now() }
    const path = `/hooks/api/${inbox.key}`
    const { port } = this.#ground.straight
    const answer = await exchange({ port, method: 'POST', path, headers, body }).catch(() => null)
    if (answer?.status === 200) acknowledged.push({ ...call, acked_ms: Date.now() })
  }

  /** Commits are dated by the clock of the same machine; a message that was stored before its yes was heard took no time. */
  async #samplesOf(calls: readonly Acknowledged[]): Promise<Omit<Round, 'flood' | 'unanswered'>> {
    const first_ms = Math.min(...calls.map(({ sentAt_ms }) => sentAt_ms))
    const began = new Date(Math.min(...calls.map(({ called_ms }) => called_ms)))
    const [stored, commits] = await withClient(this.#ground.cluster.superuser(), async (client) => [
      await client.query<{ name: string; stored_ms: number }>(STORED, [
        this.#neighbours.map(({ workspaceId }) => workspaceId),
        new Date(first_ms),
      ]),
      await client.query<Commit>(COMMITS, [began]),
    ])
    const storedAt = new Map(stored.rows.map(({ name, stored_ms }) => [name, stored_ms]))
    const found = calls.flatMap((call) => {
      const stored_ms = storedAt.get(`${call.workspaceId} ${call.sentAt_ms}`)
      return stored_ms === undefined ? [] : [{ ...call, stored_ms }]
    })
    const between = found.map(({ acked_ms, stored_ms }) =>
      commits.rows.filter(({ at_ms }) => at_ms > acked_ms && at_ms <= stored_ms),
    )
    return {
      fromYes: found.map(({ acked_ms, stored_ms }) => Math.max(0, stored_ms - acked_ms)),
      fromCall: found.map(({ called_ms, stored_ms }) => stored_ms - called_ms),
      turns: between.map(({ length }) => length),
      messages: between.map((list) => list.reduce((sum, { messages }) => sum + messages, 0)),
      lost: calls.length - found.length,
    }
  }
}
