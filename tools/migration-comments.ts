/**
 * What the migrations say about the things they make: the comment lines that stand directly above a table, a column, an
 * index, a function or a domain. The dump of the schema carries them along, since a catalog forgets them. Where two
 * migrations speak about one thing, the later one counts.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `table desk.note`, `column desk.note.id`, `index note_thread`, `function app.x`, `domain app.x` -> comment lines. */
export type Comments = ReadonlyMap<string, readonly string[]>

const MADE =
  /^create (?:unlogged |unique |or replace )*(table|index|function|domain|trigger) (?:if not exists )?([\w.]+)/
const COLUMN = /^\s+([a-z_]+) [a-z]/
const NO_COLUMN = new Set(['primary', 'unique', 'foreign', 'check', 'constraint', 'references', 'on'])

function readInto(found: Map<string, readonly string[]>, text: string): void {
  let above: string[] = []
  let table = ''
  for (const line of text.split('\n')) {
    if (/^\s*--/.test(line)) {
      above.push(line.trim())
      continue
    }
    const [, kind, name = ''] = MADE.exec(line) ?? []
    const column = table ? COLUMN.exec(line)?.[1] : undefined
    if (kind) {
      table = kind === 'table' ? name : ''
      if (above.length > 0) found.set(`${kind} ${name}`, above)
    } else if (column && !NO_COLUMN.has(column) && above.length > 0) {
      found.set(`column ${table}.${column}`, above)
    } else if (line.startsWith(')')) table = ''
    above = []
  }
}

export function migrationComments(folder: string): Comments {
  const found = new Map<string, readonly string[]>()
  for (const name of readdirSync(folder).sort()) readInto(found, readFileSync(join(folder, name), 'utf8'))
  return found
}
