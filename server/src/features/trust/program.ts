/**
 * Which program this is: a hash of the sources it was started from, so that what was proven of one program is never
 * shown for another. `npm run prove` writes its findings beside them.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const SOURCES = ['contract/src', 'controls', 'desk/src', 'server/db', 'server/src', 'widget/src', 'package-lock.json']

/** What the last run of all probes on this machine found. */
export const PROOF_FILE = join(ROOT, '.cache', 'proof.json')

export function programHash(): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(filesBelow)) hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)))
  return hash.digest('hex')
}

function filesBelow(path: string): string[] {
  if (path.endsWith('.json')) return [path]
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort()
}
