// `npm test`: types, style, built screens, then every test file under the pinned Node on one throw-away database
// cluster, each step only when the one before held. `npm test -- FILE...` runs those test files and nothing else.
// Promises to change nothing outside the clone and temporary folders. With REFUSE_SKIPS=1 a skipped test is a failure;
// with TEST_POSTGRES_BIN=FOLDER all tests that use a database run once more on the PostgreSQL programs found there.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureInstalled, nodeBin, pinnedEnvironment, root, runPinned } from './bootstrap.mjs'
import { ensureBuilt } from './build-screens.mjs'

const PACKAGES = ['contract', 'server', 'desk', 'widget', 'controls', 'scripts', 'tools']
/** Folders with a tsconfig.json; the first covers contract, server and tools. */
const TYPED = ['.', 'desk', 'widget']
/** A promise that nobody waits for loses its error; a test's own calls of the test runner are meant so. */
const LET_NO_PROMISE_FLOAT = [
  ...[
    '--type-aware',
    '--quiet',
    '-A',
    'all',
    '-D',
    'typescript/no-floating-promises',
    '--ignore-pattern',
    '**/*.test.ts',
  ],
  ...['server/src', 'contract/src', 'widget/src', 'controls', 'tools'],
]
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'fixtures', 'golden'])
/** How a test says that it stands on a database. */
const USES_DATABASE = /from '[^']*\/support\/[^']*'/

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

function stopOn(name, code) {
  if (code === 0) return
  process.stderr.write(`${name} failed.\n`)
  process.exit(code)
}

async function step(name, args) {
  process.stdout.write(`\n== ${name}\n`)
  stopOn(name, await runPinned(args, { cwd: root }))
}

/** Starts one cluster for the run; it stops when its input closes, so also when this process is killed. */
async function startCluster(env, args) {
  const file = join(root, 'server', 'test', 'support', 'run-cluster.ts')
  const options = { cwd: root, stdio: ['pipe', 'pipe', 'inherit'], env: pinnedEnvironment(env) }
  const child = spawn(nodeBin, [file, ...args], options)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const first = new Promise((resolve) => createInterface(child.stdout).once('line', resolve))
  const url = await Promise.race([first, ended.then(() => null)])
  if (url === null) {
    process.stderr.write('The database for the tests did not start; its words stand above.\n')
    process.exit(1)
  }
  const stop = () => {
    child.stdin.end()
    return ended
  }
  return { url, stop }
}

/** Number of skipped tests in a finished TAP file; NaN when the file has no such line. */
function skippedIn(tapFile) {
  return existsSync(tapFile) ? Number(/^# skipped (\d+)$/m.exec(readFileSync(tapFile, 'utf8'))?.[1]) : Number.NaN
}

/** Runs test files on one cluster; resolves with the exit code, where a skip may count as a failure. */
async function runTests(title, files, ...clusterArgs) {
  process.stdout.write(`\n== ${title}\n`)
  // Every temporary file of the run lies in here, so that none stays, also when tests are interrupted. The database
  // runs as another user when we are root, and must be able to pass.
  const scratch = mkdtempSync(join(tmpdir(), 'central-desk-run-'))
  chmodSync(scratch, 0o711)
  const env = { TMPDIR: scratch }
  const cluster = await startCluster(env, clusterArgs)
  const tapFile = join(scratch, 'run.tap')
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const tap = ['--test-reporter=tap', `--test-reporter-destination=${tapFile}`]
  const args = ['--test', '--test-concurrency=2', ...reporters, ...tap, ...files]
  const code = await runPinned(args, { cwd: root, env: { ...env, TEST_DATABASE_URL: cluster.url } })
  const skipped = skippedIn(tapFile)
  await cluster.stop()
  rmSync(scratch, { recursive: true, force: true })
  if (code === 0 && skipped !== 0) process.stdout.write(`\n${skipped} tests were SKIPPED; their reasons stand above.\n`)
  return code === 0 && process.env.REFUSE_SKIPS === '1' && skipped !== 0 ? 1 : code
}

const asked = process.argv.slice(2).map((file) => resolve(file))
await ensureInstalled()
const bin = (...name) => join(root, 'node_modules', ...name)
if (asked.length === 0) {
  for (const project of TYPED)
    await step(`types of ${project}`, [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', project])
  await step('style', [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.'])
  await step('promises', [bin('oxlint', 'bin', 'oxlint'), ...LET_NO_PROMISE_FLOAT])
  stopOn('building the screens', await ensureBuilt())
}
const all = PACKAGES.filter((name) => existsSync(join(root, name))).flatMap((name) => testFiles(join(root, name)))
const files = asked.length > 0 ? asked : all
if (files.length === 0) {
  process.stderr.write('No test file was found: a run that checks nothing is a failure.\n')
  process.exit(1)
}
stopOn('npm test', await runTests('tests', files))

const otherPostgres = process.env.TEST_POSTGRES_BIN
if (otherPostgres) {
  const onDatabase = files.filter((file) => USES_DATABASE.test(readFileSync(file, 'utf8')))
  if (onDatabase.length === 0) stopOn('finding a test that uses a database', 1)
  stopOn(`npm test on ${otherPostgres}`, await runTests(`tests on ${otherPostgres}`, onDatabase, otherPostgres))
}
