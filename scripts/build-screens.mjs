// Builds the desk and the widget into their `dist` folders, and compresses them, unless their sources are as they were
// at the last build.
// Run by `npm start` and `npm test`, or by hand: `node scripts/build-screens.mjs`.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, root, runPinned } from './bootstrap.mjs'
import { compressFolder } from './compress-screens.mjs'
import { cacheFolder, underLock } from './lock.mjs'

const SCREENS = ['desk', 'widget']
const SOURCES = [...SCREENS, 'contract']
const NOT_SOURCE = new Set(['dist', 'node_modules', 'test', 'golden'])
const stampFile = join(cacheFolder, 'screens.stamp')

function hashFolder(hash, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !NOT_SOURCE.has(entry.name)) hashFolder(hash, path)
    else if (entry.isFile()) hash.update(`${path.slice(root.length)}\n`).update(readFileSync(path))
  }
}

function wantedStamp() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const name of SOURCES) hashFolder(hash, join(root, name))
  return hash.digest('hex')
}

/** Gone with its folder when somebody builds by hand: what they built is not compressed. */
function markOf(name) {
  return join(root, name, 'dist', '.compressed')
}

function isBuilt(stamp) {
  const isThere = SCREENS.every((name) => existsSync(markOf(name)))
  return isThere && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
}

async function build(stamp) {
  process.stderr.write('Building the screens (once) ...\n')
  for (const name of SCREENS) {
    const code = await runPinned([join(root, name, 'build.ts')])
    if (code !== 0) return code
    compressFolder(join(root, name, 'dist'))
    writeFileSync(markOf(name), '')
  }
  writeFileSync(stampFile, stamp)
  return 0
}

/** Resolves with 0 when the screens are built, else with the exit code of what failed. */
export async function ensureBuilt() {
  const stamp = wantedStamp()
  if (isBuilt(stamp)) return 0
  return underLock('screens', 'Another process builds the screens; waiting for it ...', () =>
    isBuilt(stamp) ? 0 : build(stamp),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensureInstalled()
  process.exit(await ensureBuilt())
}
