/**
 * Checked-in answers that a reviewer can read. A test compares what it found with the file; `UPDATE_GOLDEN=1` writes
 * the file instead, for a person to look at the difference. In CI a golden file never changes by itself, and a list
 * with a reason on each line is only ever written by a person.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const REASON = ' -- '

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
}

/** The file's own comments at its head stay; everything below them is compared, or written anew. */
export function assertGolden(name: string, found: readonly string[], { mayUpdate = true } = {}): void {
  const text = readFileSync(pathOf(name), 'utf8')
  const head = text.split('\n').filter((line) => line.startsWith('#'))
  const wanted = `${[...head, ...found].join('\n')}\n`
  const isUpdate = mayUpdate && process.env.UPDATE_GOLDEN === '1' && process.env.CI === undefined
  if (isUpdate) writeFileSync(pathOf(name), wanted)
  else assert.equal(wanted, text, `${name} differs: look at it, and run this test with UPDATE_GOLDEN=1 if it is meant`)
}

/** Every found thing has a line `thing -- reason` in the file, and every line names a thing that is there. */
export function assertReasoned(name: string, found: readonly string[]): void {
  const lines = readFileSync(pathOf(name), 'utf8').split('\n')
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(REASON))
  for (const [thing, reason] of entries) assert.ok(reason?.trim(), `${name}: ${thing} has no reason`)
  const listed = entries.map(([thing = '']) => thing.trim())
  assert.deepEqual([...found].sort(), listed.sort(), `${name} does not list what is there`)
}
