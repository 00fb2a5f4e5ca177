/**
 * The life of the embedded database: it comes back with what it held, it never outlives its program, one program holds
 * a home, and whatever a killed one leaves behind does not stop the next. All tests share one home, in order.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { renameSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { withClient } from './address.ts'
import { openRunning, startEmbedded } from './embedded.ts'
import { identityFor, isRoot, NAMESPACED_IDENTITY, runAs } from './identity.ts'
import { postmasterPid } from './orphan.ts'

const settings = { fsync: 'off', shared_buffers: '128MB' }
const quiet = () => {}
const place = mkdtempSync(join(tmpdir(), 'central-desk-homes-'))
chmodSync(place, 0o755)
const home = join(place, 'home')
const dataFolder = join(home, 'postgres', 'data')
after(() => rmSync(place, { recursive: true, force: true }))

/** Processes that work in the data folder, by the kernel's word. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder
    } catch {
      return false
    }
  })
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}

/** Another program that holds the home until it is killed. */
async function holder(): Promise<ChildProcess> {
  const url = JSON.stringify(new URL('./embedded.ts', import.meta.url))
  const code = `
    const { startEmbedded } = await import(${url})
    const options = { home: process.argv[1], log() {}, settings: ${JSON.stringify(settings)} }
    globalThis.embedded = await startEmbedded(options)
    console.log('up')
    setInterval(() => {}, 1000)`
  const args = ['--input-type=module', '-e', code, home]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
  assert.equal(child.exitCode, null, 'the holder came up')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

test('the first start makes the database, and a later one finds what was written', async () => {
  const first = await startEmbedded({ home, log: quiet, settings })
  await withClient(first.owner, async (client) => {
    await client.query('create table kept (word text)')
    await client.query("insert into kept values ('ঢাকা')")
    const { rows } = await client.query(
      "select rolsuper, current_setting('data_checksums') as sums from pg_roles where rolname = current_user",
    )
    assert.deepEqual(rows, [{ rolsuper: false, sums: 'on' }])
  })
  await first.stop()
  assert.equal(existsSync(first.socketFolder), false, 'the socket folder is gone')
  assert.deepEqual(processesOf(dataFolder), [])

  const later = await startEmbedded({ home, log: quiet, settings })
  const { rows } = await withClient(later.owner, (client) => client.query('select word from kept'))
  await later.stop()
  assert.deepEqual(rows, [{ word: 'ঢাকা' }])
  for (const name of ['keys/postgres-owner', 'keys/postgres-superuser', 'desk.lock', 'postgres.log']) {
    assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name)
  }
})

test('nothing of a failing statement reaches the log, and it listens on no network', async () => {
  const embedded = await startEmbedded({ home, log: quiet, settings })
  const said = await withClient(embedded.owner, async (client) => {
    const listens = await client.query("select current_setting('listen_addresses') as addresses")
    assert.equal(listens.rows[0].addresses, '')
    return client.query("select 'canary-7d1c'::int").catch((error: Error) => error.message)
  })
  await embedded.stop()
  assert.match(String(said), /canary-7d1c/, 'the program itself is told')
  const logged = readFileSync(join(home, 'postgres.log'), 'utf8')
  assert.match(logged, /ready to accept connections/)
  assert.doesNotMatch(logged, /canary-7d1c/)
})

test('a second start on a home is refused with the process that holds it, and harms nothing', async () => {
  const child = await holder()
  const address = openRunning(home)
  await assert.rejects(startEmbedded({ home, log: quiet, settings }), {
    name: 'StartRefusal',
    message: `Central Desk already runs on ${home} (process ${child.pid}); stop it first, or set DESK_HOME to another folder.`,
  })
  assert.ok(address, 'the running database can be reached')
  const { rows } = await withClient(address, (client) => client.query('select word from kept'))
  assert.deepEqual(rows, [{ word: 'ঢাকা' }])
  await kill(child)
})

test('a killed program leaves no database behind, and the home is free', async () => {
  const child = await holder()
  assert.notDeepEqual(processesOf(dataFolder), [], 'it runs while its program does')
  await kill(child)
  await until(() => processesOf(dataFolder).length === 0)
  assert.equal(openRunning(home), null)
  const next = await startEmbedded({ home, log: quiet, settings })
  await next.stop()
})

test('a database whose program and guard were both killed is stopped by the next start', async () => {
  const child = await holder()
  const postmaster = postmasterPid(dataFolder)
  const orphaned = openRunning(home)?.host as string
  assert.equal(guardsOf(dataFolder).length, 2)
  // The shell that waits on the pipe first: it would still do its work when only its parent is gone.
  for (const pid of guardsOf(dataFolder).filter((pid) => pid !== parentOf(postmaster))) process.kill(pid, 'SIGKILL')
  process.kill(parentOf(postmaster), 'SIGKILL')
  await kill(child)
  assert.ok(processesOf(dataFolder).includes(String(postmaster)), 'the database is an orphan now')
  const told: string[] = []
  const next = await startEmbedded({ home, log: (sentence) => told.push(sentence), settings })
  assert.deepEqual(told, ['A database of an earlier run is still there; stopping it.'])
  assert.notEqual(postmasterPid(dataFolder), postmaster)
  assert.equal(existsSync(orphaned), false, 'its socket folder is gone')
  await next.stop()
})

function parentOf(pid: number | null): number {
  return Number(/^\S+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
}

/** The two shells that carry the data folder in their command line. */
function guardsOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')
      return words[0] === '/bin/sh' && words.includes(folder)
    } catch {
      return false
    }
  })
  return pids.map(Number)
}

test('a number in postmaster.pid that another process bears by now stops nobody', async () => {
  writeFileSync(join(dataFolder, 'postmaster.pid'), `${process.ppid}\n${dataFolder}\n1\n5432\n\n\n`)
  const embedded = await startEmbedded({ home, log: quiet, settings })
  await embedded.stop()
})

test('a start without the superuser key of an existing database is refused, and makes no new one', async () => {
  const file = join(home, 'keys', 'postgres-superuser')
  renameSync(file, `${file}.away`)
  await assert.rejects(startEmbedded({ home, log: quiet, settings }), { name: 'StartRefusal', message: /is missing/ })
  assert.equal(existsSync(file), false)
  renameSync(`${file}.away`, file)
  const embedded = await startEmbedded({ home, log: quiet, settings })
  await embedded.stop()
})

test('the password of the owner is put right', async () => {
  const spoiled = await startEmbedded({ home, log: quiet, settings })
  await withClient(spoiled.superuser, (client) => client.query("alter role desk_owner password 'other'"))
  await spoiled.stop()
  const embedded = await startEmbedded({ home, log: quiet, settings })
  await withClient(embedded.owner, (client) => client.query('select from kept'))
  await embedded.stop()
})

test('a program learns that its database has ended', async () => {
  const embedded = await startEmbedded({ home, log: quiet, settings })
  process.kill(postmasterPid(dataFolder) as number, 'SIGQUIT')
  assert.match(await embedded.ended, /immediate shutdown/)
  await embedded.stop()
})

test('root gives its rights away, and runs the database also where only root may enter', async () => {
  const closed = join(place, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const names = [place, closed].map((folder) => identityFor(join(folder, 'data'), folder)?.name)
  if (!isRoot()) return assert.ok(!names.includes('dropped'), 'an ordinary user stays who it is')
  const hasNamespaces = runAs(NAMESPACED_IDENTITY, ['true']).status === 0
  assert.deepEqual(names, ['dropped', hasNamespaces ? 'namespaced' : undefined])
  if (!hasNamespaces) return
  // What an earlier first start left when it was cut short is no obstacle.
  mkdirSync(join(closed, 'home', 'postgres', 'data.making', 'base'), { recursive: true })
  const embedded = await startEmbedded({ home: join(closed, 'home'), log: quiet, settings })
  const { rows } = await withClient(embedded.owner, (client) => client.query('select current_user as login'))
  await embedded.stop()
  assert.deepEqual(rows, [{ login: 'desk_owner' }])
})
