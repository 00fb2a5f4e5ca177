// The scripts that stand before everything else: one worker at a time on the clone, and no program left running when
// whoever started it has gone.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cacheFolder, underLock } from './lock.mjs'

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url))

/** A script that runs a program under the pinned Node; the program says its process id and then waits. */
const RUNNER = `
import { runPinned } from ${JSON.stringify(BOOTSTRAP)}
const program = 'console.log("pid", process.pid); setInterval(() => {}, 1000)'
process.exit(await runPinned(['-e', program]))`

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function untilDead(pid) {
  while (isAlive(pid)) await pause(20)
}

/** Starts the script, under a shell as npm does or alone, and gives its process and the program's id. */
async function start(isUnderShell, environment) {
  const script = [process.execPath, '--input-type=module', '-e', RUNNER]
  // With a second command behind it the shell stays, and waits for the script, as npm's does.
  const command = isUnderShell ? ['/bin/sh', '-c', '"$@"; exit $?', 'sh', ...script] : script
  const { npm_lifecycle_event, ...rest } = process.env
  const options = { env: { ...rest, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] }
  const child = spawn(command[0], command.slice(1), options)
  const [said] = await once(child.stdout, 'data')
  return { child, pid: Number(/^pid (\d+)/.exec(String(said))[1]) }
}

test('one at a time does the work, and the others wait for it', async () => {
  const name = `test-${process.pid}`
  let inside = 0
  const work = async () => {
    inside += 1
    assert.equal(inside, 1)
    await pause(20)
    inside -= 1
  }
  await Promise.all([1, 2].map(() => underLock(name, 'Waiting for the other test ...', work)))
  assert.equal(existsSync(join(cacheFolder, `${name}.lock`)), false)
})

test('the lock of a dead process is taken over, that of a live one is not', async () => {
  const name = `test-dead-${process.pid}`
  const folder = join(cacheFolder, `${name}.lock`)
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'exit')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'pid'), String(dead.pid))
  assert.equal(await underLock(name, 'Waiting for a dead process: wrong', () => 'done'), 'done')

  mkdirSync(folder)
  writeFileSync(join(folder, 'pid'), String(process.ppid))
  let isDone = false
  const waiting = underLock(name, 'Waiting for a live process, as it should ...', () => {
    isDone = true
  })
  await pause(300)
  assert.equal(isDone, false)
  writeFileSync(join(folder, 'pid'), String(dead.pid))
  await waiting
  assert.equal(isDone, true)
})

test('a signal to the script reaches the program, and its end is the end of the script', async () => {
  const { child, pid } = await start(false, {})
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 128 + 15)
  assert.equal(isAlive(pid), false)
})

test('under npm the program ends with whoever started it, also when nobody sent it a signal', async () => {
  const { child, pid } = await start(true, { npm_lifecycle_event: 'start' })
  child.kill('SIGKILL')
  await untilDead(pid)
})

test('started by hand the program outlives the shell that started it', async () => {
  const { child, pid } = await start(true, {})
  child.kill('SIGKILL')
  await once(child, 'exit')
  await pause(1_200)
  assert.equal(isAlive(pid), true)
  process.kill(pid, 'SIGTERM')
  await untilDead(pid)
})
