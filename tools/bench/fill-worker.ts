/**
 * One hand of many that fill a database: makes the rows of a slice, sends them, asks for the next. It opens the keys of
 * the home by itself, since unwrapped keys are not passed between threads.
 */
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import { systemClock, systemRandomness } from '../../server/src/kernel/clock.ts'
import { createVault, openKeys } from '../../server/src/kernel/vault/index.ts'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import { copyIn } from './copy-rows.ts'
import { rowsOf } from './fill-rows.ts'
import type { Slice } from './plan.ts'

export type FillWorkerData = { home: string; address: Omit<DatabaseAddress, 'password'>; password: string }

const { home, address, password } = workerData as FillWorkerData
const keys = await openKeys({ folder: join(home, 'keys'), randomness: systemRandomness })
const vault = createVault({ ...keys, clock: systemClock, randomness: systemRandomness })
const client = new pg.Client({ ...address, password })
await client.connect()
// Foreign keys hold by the way the rows are made; checking a million of them one by one would take most of the time.
await client.query('set session_replication_role = replica; set synchronous_commit = off')

parentPort?.on('message', async (slice: Slice | null) => {
  if (slice === null) {
    await client.end()
    parentPort?.close()
    return
  }
  const tables = rowsOf(slice, await vault.open(slice.plan.workspaceId))
  await client.query('begin')
  for (const rows of Object.values(tables)) await copyIn(client, rows)
  await client.query('commit')
  parentPort?.postMessage(slice.to - slice.from)
})
parentPort?.postMessage(0)
