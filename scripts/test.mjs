// `npm test`: types, style, then every test file under the pinned Node, each step only when the one before held.
// Promises to change nothing outside the clone and temporary folders. With REFUSE_SKIPS=1 a skipped test is a failure.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root, runPinned } from './bootstrap.mjs'

const PACKAGES = ['contract', 'server', 'desk', 'widget', 'scripts', 'tools']
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'fixtures', 'golden'])

/** Every `*.test.ts` and `*.test.mjs` below a folder, in name order. */
function testFiles(folder) {
  const found = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) found.push(...testFiles(path))
    else if (/\.test\.(ts|mjs)$/.test(entry.name)) found.push(path)
  }
  return found.sort()
}

function exists(folder) {
  return readdirSync(root).includes(folder)
}

async function step(name, args) {
  process.stdout.write(`\n== ${name}\n`)
  const code = await runPinned(args)
  if (code !== 0) {
    process.stderr.write(`${name} failed.\n`)
    process.exit(code)
  }
}

/** Number of skipped tests in a finished TAP file; NaN when the file has no such line. */
function skippedIn(tapFile) {
  return Number(/^# skipped (\d+)$/m.exec(readFileSync(tapFile, 'utf8'))?.[1])
}

await ensureInstalled()
const asked = process.argv.slice(2)
const files = asked.length > 0 ? asked : PACKAGES.filter(exists).flatMap((folder) => testFiles(join(root, folder)))
if (files.length === 0) {
  process.stderr.write('No test file was found: a run that checks nothing is a failure.\n')
  process.exit(1)
}
const bin = (name) => join(root, 'node_modules', ...name)
await step('types', [bin(['typescript', 'bin', 'tsc']), '--noEmit', '-p', '.'])
await step('style', [bin(['@biomejs', 'biome', 'bin', 'biome']), 'check', '.'])

const scratch = mkdtempSync(join(tmpdir(), 'central-desk-test-'))
const tapFile = join(scratch, 'run.tap')
const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout']
const tap = ['--test-reporter=tap', `--test-reporter-destination=${tapFile}`]
process.stdout.write('\n== tests\n')
const code = await runPinned(['--test', '--test-concurrency=2', ...reporters, ...tap, ...files])
const skipped = skippedIn(tapFile)
rmSync(scratch, { recursive: true, force: true })
if (code === 0 && skipped > 0) process.stdout.write(`\n${skipped} tests were SKIPPED; their reasons stand above.\n`)
process.exit(code === 0 && process.env.REFUSE_SKIPS === '1' && skipped !== 0 ? 1 : code)
