/**
 * Checked-in answers that a reviewer can read. A test compares what it found with the file; `UPDATE_GOLDEN=1` writes
 * the file instead, for a person to look at the difference. In CI a golden file never changes by itself.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
}

/** The lines of a golden file without comments and blank lines. */
export function goldenLines(name: string): string[] {
  const lines = readFileSync(pathOf(name), 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/** The file's own comments at its head stay; everything below them is compared, or written anew. */
export function assertGolden(name: string, found: readonly string[]): void {
  const text = readFileSync(pathOf(name), 'utf8')
  const head = text.split('\n').filter((line) => line.startsWith('#'))
  const wanted = `${[...head, ...found].join('\n')}\n`
  if (process.env.UPDATE_GOLDEN === '1' && process.env.CI === undefined) writeFileSync(pathOf(name), wanted)
  else assert.equal(text, wanted, `${name} differs: look at it, and run this test with UPDATE_GOLDEN=1 if it is meant`)
}
