/**
 * Kills what the plan says when the plan says, and shows afterwards, by what is in the database, that a kill which was to
 * land in a certain moment did: rows that are committed and of which the desk had heard nothing yet, or a delivery that
 * its receiver has accepted and whose try has no outcome. What cannot be shown counts as a kill at any time.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeId } from '@central-desk/contract/ids.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import type { Chance } from '../bench/chance.ts'
import { type Cluster, killQuietly } from './cluster.ts'
import type { DeskProcess } from './desks.ts'
import type { Moment, PlannedKill } from './plan.ts'
import type { Accepted, Receivers } from './receivers.ts'
import type { Unheard, Wire } from './wire.ts'

export type Kill = { readonly process: string; readonly between: Moment | null }
export type Targets = {
  readonly cluster: Cluster
  readonly desks: readonly DeskProcess[]
  /** The line of each desk to the database. */
  readonly wires: readonly Wire[]
  readonly receivers: Receivers
  readonly chance: Chance
}

const HOLD_LIMIT_MS = 20_000
const BACKEND = `
  select pid from pg_stat_activity
  where usename like 'desk\\_%' and backend_type = 'client backend' order by state = 'active' desc, pid limit 8
`
const UNFINISHED = `
  select 1 from desk.delivery as d join desk.delivery_attempt as a using (workspace_id, message_id)
  where d.message_id = $1 and d.state = 'sending' and a.number = d.attempts and a.finished_at is null
`

export async function carryOut(planned: PlannedKill, targets: Targets): Promise<Kill[]> {
  if (planned.victim !== 'desk') return [await killInDatabase(planned.victim, targets)]
  if (planned.moment === 'commit and answer') return killAtCommit(planned, targets)
  if (planned.moment === 'acceptance and commit') return killAtAcceptance(targets)
  const desk = targets.desks[planned.desk] as DeskProcess
  await desk.ready()
  desk.kill()
  return [{ process: desk.name, between: null }]
}

async function killInDatabase(victim: 'backend' | 'postmaster' | 'database', targets: Targets): Promise<Kill> {
  const { cluster, wires, chance } = targets
  if (victim === 'backend') {
    const { rows } = await withClient(cluster.superuser(), (client) => client.query<{ pid: number }>(BACKEND))
    if (rows.length === 0) throw new Error('the desk has no connection that could be killed')
    killQuietly(chance.pick(rows).pid)
    return { process: 'backend', between: null }
  }
  for (const wire of wires) wire.close()
  await cluster.kill(victim === 'database')
  await cluster.start()
  for (const wire of wires) await wire.listen()
  return { process: victim, between: null }
}

async function killAtCommit({ desk: place, commitOf }: PlannedKill, targets: Targets): Promise<Kill[]> {
  const desk = targets.desks[place] as DeskProcess
  const wire = targets.wires[place] as Wire
  await desk.ready()
  const unheard = await heldMoment<Unheard>((then) =>
    wire.hold(commitOf, (held) => {
      desk.kill()
      then(held)
    }),
  )
  if (!unheard) {
    desk.kill()
    return [{ process: desk.name, between: null }]
  }
  const table = commitOf === 'event' ? 'inbound_event' : 'client_message'
  const isThere = await finds(targets.cluster, committedIn[table], [unheard.ids])
  return [{ process: desk.name, between: isThere ? 'commit and answer' : null }]
}

const committedIn = {
  inbound_event: 'select 1 from desk.inbound_event where id = any ($1::uuid[])',
  client_message: 'select 1 from desk.client_message where client_message_id = any ($1::text[])',
}

async function killAtAcceptance({ desks, receivers, cluster }: Targets): Promise<Kill[]> {
  let killed: DeskProcess[] = []
  const accepted = await heldMoment<Accepted>((then) =>
    receivers.hold((taken) => {
      killed = ownersOf(taken.port, desks).filter((desk) => desk.kill())
      then(taken)
    }),
  )
  if (!accepted) return []
  const messageId = decodeId('message', accepted.messageId)
  const isShown = await finds(cluster, UNFINISHED, [messageId])
  return killed.map(({ name }) => ({ process: name, between: isShown ? 'acceptance and commit' : null }))
}

/** Waits for a moment, for as long as a storm may wait; null when it did not come. */
function heldMoment<T>(hold: (then: (held: T) => void) => () => void): Promise<T | null> {
  return new Promise((resolve) => {
    const giveUp = hold((held) => {
      clearTimeout(timer)
      resolve(held)
    })
    const timer = setTimeout(() => {
      giveUp()
      resolve(null)
    }, HOLD_LIMIT_MS)
  })
}

const FIND_TRIES = 40
const FIND_AGAIN_MS = 100

async function finds(cluster: Cluster, question: string, values: unknown[]): Promise<boolean> {
  for (let attempt = 0; attempt < FIND_TRIES; attempt++) {
    try {
      const found = await withClient(cluster.superuser(), (client) => client.query(question, values))
      return (found.rowCount ?? 0) > 0
    } catch {
      await pause(FIND_AGAIN_MS)
    }
  }
  return false
}

/** Whose connection to a receiver has this port: that process, or all where the system does not tell. */
function ownersOf(port: number, desks: readonly DeskProcess[]): readonly DeskProcess[] {
  const inode = inodeOf(port)
  const owner = desks.find(({ pid }) => inode !== null && pid !== null && holdsSocket(pid, inode))
  return owner ? [owner] : desks
}

const LOCAL_ADDRESS = 1
const INODE = 9

function inodeOf(port: number): string | null {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        const fields = line.trim().split(/\s+/)
        if (fields[LOCAL_ADDRESS]?.endsWith(wanted)) return fields[INODE] ?? null
      }
    } catch {
      // No such file on this system.
    }
  }
  return null
}

function holdsSocket(pid: number, inode: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).some((name) => {
      try {
        return readlinkSync(`${folder}/${name}`) === `socket:[${inode}]`
      } catch {
        return false
      }
    })
  } catch {
    return false
  }
}
