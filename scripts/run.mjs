// Runs one TypeScript program of the project in a fresh clone: `node scripts/run.mjs [--screens] FILE [arguments]`, FILE
// as seen from the root of the clone; with `--screens` the built screens are there first. Standard output belongs to that
// program alone; its exit code is ours.
import { resolve } from 'node:path'
import { ensureInstalled, root, runPinned } from './bootstrap.mjs'
import { ensureBuilt } from './build-screens.mjs'

const given = process.argv.slice(2)
const needsScreens = given[0] === '--screens'
const [file, ...args] = needsScreens ? given.slice(1) : given
if (!file) {
  process.stderr.write('Usage: node scripts/run.mjs [--screens] FILE [arguments]\n')
  process.exit(2)
}
await ensureInstalled()
if (needsScreens && (await ensureBuilt()) !== 0) process.exit(2)
process.exit(await runPinned([resolve(root, file), ...args]))
