/**
 * Compares with a checked-in answer that a reviewer can read. `UPDATE_GOLDEN=1` writes it anew; never in CI.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function expectGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
  const actual = `${text.trimEnd()}\n`
  if (process.env.UPDATE_GOLDEN === '1' && !process.env.CI) writeFileSync(file, actual)
  assert.ok(existsSync(file), `${name} is missing: run the test once with UPDATE_GOLDEN=1 and read what it wrote`)
  assert.equal(actual, readFileSync(file, 'utf8'), `${name} has changed: read the difference, then UPDATE_GOLDEN=1`)
}
