/**
 * A migration that somebody's database has applied is never edited, renamed, removed or overtaken. `db/migrations.sha256`
 * lists the frozen ones as `sha256sum` prints them; whoever releases a migration adds its line, and no test ever writes
 * that file. The guard first catches each planted fault.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { readMigrations } from '#src/kernel/migrate.ts'
import { MIGRATIONS_FOLDER } from '#src/kernel/prepare-database.ts'

type Named = { readonly name: string; readonly sha256: string }

/** How many were frozen when the list was begun: a list that loses its lines guards nothing. */
const FROZEN_AT_LEAST = 9
const LINE = /^([0-9a-f]{64}) {2}(\d{4}_[a-z0-9_]+\.sql)$/

function frozen(): Named[] {
  const lines = readFileSync(join(dirname(MIGRATIONS_FOLDER), 'migrations.sha256'), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => {
    const [, sha256 = '', name = ''] = LINE.exec(line) ?? []
    assert.ok(name, `no line of sha256sum: ${line}`)
    return { name, sha256 }
  })
}

function faultsOf(list: readonly Named[], found: readonly Named[]): string[] {
  const there = new Map(found.map(({ name, sha256 }) => [name, sha256]))
  const changed = list.flatMap(({ name, sha256 }) => {
    if (!there.has(name)) return [`${name} is gone or renamed: databases have applied it`]
    return there.get(name) === sha256 ? [] : [`${name} was edited: put it back and write a new one`]
  })
  const names = new Set(list.map(({ name }) => name))
  const last = list.at(-1)?.name ?? ''
  const early = found.filter(({ name }) => !names.has(name) && name < last)
  return [...changed, ...early.map(({ name }) => `${name} comes before ${last}: give it a higher number`)]
}

test('every planted fault is found', () => {
  const a = { name: '0001_a.sql', sha256: 'a' }
  const c = { name: '0003_c.sql', sha256: 'c' }
  const next = { name: '0004_d.sql', sha256: 'd' }
  assert.deepEqual(faultsOf([a, c], [a, c, next]), [])
  assert.match(faultsOf([a, c], [{ ...a, sha256: 'x' }, c])[0] ?? '', /edited/)
  assert.match(faultsOf([a, c], [a])[0] ?? '', /gone/)
  assert.match(faultsOf([a, c], [a, { name: '0002_b.sql', sha256: 'b' }, c])[0] ?? '', /higher number/)
})

test('no frozen migration was touched, and none was squeezed in', () => {
  const list = frozen()
  assert.ok(list.length >= FROZEN_AT_LEAST, `only ${list.length} migrations are frozen`)
  assert.deepEqual(
    list,
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1)),
  )
  assert.deepEqual(faultsOf(list, readMigrations(MIGRATIONS_FOLDER)), [])
})
