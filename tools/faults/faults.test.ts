/**
 * Faults fit the program as it is: each names a claim, a probe of that claim, and a place that is in its file exactly
 * once; what is planted runs, and what does not fit stops the program. Each claim that probes support has faults.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { CLAIMS } from '../../controls/claims/index.ts'
import { FAULTS } from './index.ts'

const ROOT = join(import.meta.dirname, '..', '..')

test('each fault has a name of its own and is against a claim, by a probe of it', () => {
  assert.equal(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length)
  for (const { name, claim, probe } of FAULTS) {
    const standing = CLAIMS.find(({ id }) => id === claim)?.standing
    assert.ok(standing?.by === 'probes' && standing.probes.includes(probe), name)
  }
})

test('each probe that a claim stands on has faults to catch', () => {
  const tried = new Set(FAULTS.map(({ probe }) => probe))
  const named = CLAIMS.flatMap(({ standing }) => (standing.by === 'probes' ? standing.probes : []))
  assert.deepEqual(
    named.filter((probe) => !tried.has(probe)),
    [],
  )
})

test('each place that is changed is in its file exactly once', () => {
  for (const { name, plant } of FAULTS) {
    if (plant.kind === 'sql') continue
    assert.equal(readFileSync(join(ROOT, plant.file), 'utf8').split(plant.find).length - 1, 1, name)
  }
})

test('what is planted runs instead of what is written, and a place that is not there stops the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-fault-'))
  try {
    const file = join(folder, 'sample.ts')
    writeFileSync(file, "const answer: string = 'as written'\nconsole.log(answer)\n")
    const run = (find: string) =>
      spawnSync(process.execPath, [`--import=${pathToFileURL(join(import.meta.dirname, 'plant.mjs')).href}`, file], {
        encoding: 'utf8',
        env: {
          ...process.env,
          PLANTED_FAULT: JSON.stringify({ file: relative(ROOT, file), find, replace: "'as planted'" }),
        },
      })
    const planted = run("'as written'")
    assert.equal(planted.stdout, 'as planted\n', planted.stderr)
    assert.match(planted.stderr, /A fault is planted in /)
    assert.notEqual(run("'not there'").status, 0)
    assert.notEqual(run('answer').status, 0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
