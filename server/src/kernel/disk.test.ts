/** Room on the disk: refused below the reserve, looked at once a second, taken for enough when it cannot be found out. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import pino from 'pino'
import { settableClock } from '#test/support/clock.ts'
import { createDisk, freeBytes, isNoRoom, DISK_RESERVE_BYTES } from './disk.ts'

test('below the reserve it refuses with a time to come back, and goes on when there is room again', () => {
  const clock = settableClock()
  const free = new Map([
    ['home', DISK_RESERVE_BYTES],
    ['data', DISK_RESERVE_BYTES],
  ])
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  let looks = 0
  const look = (folder: string) => {
    looks += 1
    return free.get(folder) ?? assert.fail(folder)
  }
  const disk = createDisk({ folders: ['home', 'data'], clock, log, look })
  for (let asked = 0; asked < 50; asked++) disk.requireRoom()
  assert.equal(looks, 2, 'each folder was looked at once in that second')
  free.set('data', DISK_RESERVE_BYTES - 1)
  clock.advance(1_000)
  assert.throws(() => disk.requireRoom(), { name: 'Refusal', code: 'busy', details: { retryAfterSeconds: 30 } })
  assert.equal(disk.isShort(), true)
  free.set('data', DISK_RESERVE_BYTES)
  clock.advance(1_000)
  disk.requireRoom()
  assert.equal(lines.length, 2, 'said once when it became short and once when it was over')
})

test('what cannot be found out refuses nobody', () => {
  const clock = settableClock()
  createDisk({ folders: ['/nowhere/at/all'], clock, log: pino({ level: 'silent' }) }).requireRoom()
  assert.ok(freeBytes(tmpdir()) > 0)
})

test('a full disk is known by its codes, however deep the cause lies', () => {
  const full = Object.assign(new Error('could not extend file'), { code: '53100' })
  assert.ok(isNoRoom(new Error('outside', { cause: full })))
  assert.ok(isNoRoom(Object.assign(new Error('write'), { code: 'ENOSPC' })))
  assert.ok(!isNoRoom(Object.assign(new Error('duplicate'), { code: '23505' })))
  assert.ok(!isNoRoom('53100'))
})
