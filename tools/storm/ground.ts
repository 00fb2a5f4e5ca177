/**
 * What a storm stands on: one throw-away folder with a database, a home, and the processes of the desk on it, each with a
 * line to the database that can be cut in a certain moment. `end` takes everything down again, whatever has happened.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SOCKET_PORT } from '../../server/src/postgres/server-process.ts'
import { type Cluster, makeCluster } from './cluster.ts'
import { DeskProcess } from './desks.ts'
import { Wire } from './wire.ts'

export type Ground = {
  readonly folder: string
  readonly cluster: Cluster
  readonly desks: readonly DeskProcess[]
  readonly wires: readonly Wire[]
  /** A desk on a straight line to the database, on the port behind the others'; not begun. */
  readonly straight: DeskProcess
  /** What a program is given to work on this ground without a line of ours in between. */
  environment(): Record<string, string>
  end(): Promise<void>
}

/** Owners sign up from networks of their own, which only a forwarding proxy can tell. */
const ALL_DESKS = { LOG_LEVEL: 'warn', TRUSTED_PROXIES: '127.0.0.1' }

export async function layGround(deskCount: number, port: number): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-storm-'))
  // The database may run as another user, who must be let through.
  chmodSync(folder, 0o711)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  let cluster: Cluster | undefined
  try {
    cluster = await makeCluster(folder)
    return await groundOn(folder, cluster, deskCount, port, remove)
  } catch (error) {
    await cluster?.stop()
    remove()
    throw error
  }
}

async function groundOn(
  folder: string,
  cluster: Cluster,
  deskCount: number,
  port: number,
  remove: () => void,
): Promise<Ground> {
  const environmentAt = (socketFolder: string) => {
    const { user, password, database } = cluster.owner
    const login = `${user}:${password()}`
    const url = `postgres://${login}@${encodeURIComponent(socketFolder)}:${SOCKET_PORT}/${database}`
    return { DESK_HOME: join(folder, 'home'), DATABASE_URL: url, ...ALL_DESKS }
  }
  const straightEnvironment = () => environmentAt(cluster.socketFolder() ?? '')
  const wires: Wire[] = []
  const desks: DeskProcess[] = []
  for (let place = 0; place < deskCount; place++) {
    const wireFolder = join(folder, `wire-${place + 1}`)
    mkdirSync(wireFolder)
    const wire = new Wire(wireFolder, () => cluster.socketFolder())
    await wire.listen()
    wires.push(wire)
    const name = `desk ${place + 1}`
    desks.push(new DeskProcess({ name, port: port + place, environment: () => environmentAt(wireFolder) }))
  }
  const straight = new DeskProcess({ name: 'desk', port: port + deskCount, environment: straightEnvironment })
  return {
    ...{ folder, cluster, desks, wires, straight },
    environment: straightEnvironment,
    async end() {
      await Promise.all([...desks, straight].map((desk) => desk.stop()))
      for (const wire of wires) wire.end()
      await cluster.stop()
      remove()
    },
  }
}
