// Runs one TypeScript program of the project in a fresh clone: `node scripts/run.mjs FILE [arguments]`, FILE as seen
// from the root of the clone. Standard output belongs to that program alone; its exit code is ours.
import { resolve } from 'node:path'
import { ensureInstalled, root, runPinned } from './bootstrap.mjs'

const [file, ...args] = process.argv.slice(2)
if (!file) {
  process.stderr.write('Usage: node scripts/run.mjs FILE [arguments]\n')
  process.exit(2)
}
await ensureInstalled()
process.exit(await runPinned([resolve(root, file), ...args]))
