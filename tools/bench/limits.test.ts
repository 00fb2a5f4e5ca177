/** What stands between the desk and a wrong comparison: the generator is found, its words are read, its writes compared. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type IntakeCall, merged } from './capture.ts'
import { findPgbench, lackOfDurability, rateIn } from './pgbench.ts'
import { BenchRefusal } from './refusal.ts'
import { differences } from './writes.ts'

const PRINTED = `transaction type: intake.sql
number of transactions actually processed: 400/400
number of failed transactions: 0 (0.000%)
latency average = 2.1 ms
tps = 3812.55 (without initial connection time)`

test('pgbench is taken from the folder that is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-bench-'))
  try {
    assert.notEqual(findPgbench({ TEST_POSTGRES_BIN: folder, PATH: '' }), join(folder, 'pgbench'))
    writeFileSync(join(folder, 'pgbench'), '')
    chmodSync(join(folder, 'pgbench'), 0o755)
    assert.equal(findPgbench({ TEST_POSTGRES_BIN: folder, PATH: '' }), join(folder, 'pgbench'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('A run of pgbench counts only when every call was made and none failed', () => {
  assert.equal(rateIn(PRINTED, 400), 3812.55)
  assert.throws(() => rateIn(PRINTED, 500), BenchRefusal)
  assert.throws(() => rateIn(PRINTED.replace('failed transactions: 0', 'failed transactions: 2'), 400), BenchRefusal)
  assert.throws(() => rateIn('pgbench: error: connection refused', 400), BenchRefusal)
})

test('Runs that write over a tenth more or less a message are not compared', () => {
  const limit = { rows: 7, entries: 19, bytes: 3_600 }
  assert.deepEqual(differences({ rows: 7.2, entries: 18, bytes: 3_700 }, limit), [])
  assert.match(differences({ ...limit, rows: 6 }, limit).join(), /^rows a message/)
  assert.match(differences({ ...limit, entries: 24 }, limit).join(), /^index entries/)
  assert.match(differences({ ...limit, bytes: 4_100 }, limit).join(), /write-ahead log/)
})

test('A database that would lose what it confirmed is not measured', () => {
  const saying = (settings: Record<string, string>) =>
    lackOfDurability(Object.entries(settings).map(([name, setting]) => ({ name, setting })))
  const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
  assert.equal(saying(durable), null)
  assert.match(saying({ ...durable, fsync: 'off' }) ?? '', /fsync is off/)
  assert.match(saying({ ...durable, synchronous_commit: 'local' }) ?? '', /synchronous_commit is local/)
})

test('Merged calls carry all items, and each workspace once', () => {
  const call = (workspace: string, id: number): IntakeCall => ({
    ...{ workspaces: [workspace], keep: `[{"id":${id}}]`, store: `[{"m":${id}}]`, done: `[{"d":${id}}]` },
  })
  const [both, ...others] = merged([call('a', 1), call('b', 2), call('a', 3), call('b', 4)], 4)
  assert.deepEqual(both?.workspaces, ['a', 'b'])
  assert.deepEqual(JSON.parse(both?.keep ?? ''), [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])
  assert.equal(others.length, 0)
})
