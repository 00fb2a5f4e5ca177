/**
 * Documents that name what is there. Every link within the project leads to a file and to a heading of it, every path of
 * the repository in backticks exists, every npm script and command of bin/desk can be run, and the table of settings is
 * that of the program. It first finds each planted fault, and counts what it read. Whether a sentence is true it cannot
 * say.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { VARIABLES } from '#src/config.ts'
import { ROOT } from '#test/support/source.ts'

type Document = { readonly path: string; readonly text: string }

const NPM_OWN = new Set(['ci', 'install'])
const FENCE = /^ *```.*\n[\s\S]*?^ *```$/gm
const FILE_END = /\.(ts|tsx|mjs|js|css|sql|md|txt|json|html|png)$|\/$/
/** A number to fill in. Other places to fill in, such as <noun>, are spelled as no path is. */
const OPEN_PLACE = /NNNN/
/** Folders of a running desk, addresses of its pages, and what a build makes: in no clone. */
const ELSEWHERE: readonly RegExp[] = [
  /^(\.desk|DESK_HOME)\//,
  /^(keys|files|postgres|workspaces)\//,
  /^\/(widget\.js|widget-assets\/)$/,
  /(^|\/)dist\//,
]

function documents(): Document[] {
  const asked = ['-C', ROOT, 'ls-files', '--cached', '--others', '--exclude-standard', '*.md']
  const names = spawnSync('git', asked, { encoding: 'utf8' }).stdout.split('\n')
  const there = names.filter((name) => name !== '' && existsSync(join(ROOT, name)))
  return there.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

const prose = (text: string) => text.replaceAll(FENCE, '')
const spans = (text: string) => [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
/** All that stands as something to type or to read as code. */
const code = (text: string) => [...(text.match(FENCE) ?? []), ...spans(text)]

/** The name a heading has in an address. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function anchorsOf(text: string): Set<string> {
  return new Set([...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)))
}

function linkFaults({ path, text }: Document): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [file = '', anchor] = target.split('#')
    const found = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file)
    if (file !== '' && !existsSync(found)) return [`${path} links to ${target}, which is not there`]
    if (anchor === undefined) return []
    const headings = anchorsOf(file === '' ? text : readFileSync(found, 'utf8'))
    return headings.has(anchor) ? [] : [`${path} links to ${target}, a heading that is not there`]
  })
}

function isPath(span: string): boolean {
  return /^[\w./-]+$/.test(span) && span.includes('/') && FILE_END.test(span) && !OPEN_PLACE.test(span)
}

function pathFaults({ path, text }: Document): string[] {
  const named = spans(text).filter((span) => isPath(span) && !ELSEWHERE.some((place) => place.test(span)))
  return named.flatMap((span) => {
    const places = [join(ROOT, span), join(ROOT, dirname(path), span)]
    return places.some(existsSync) ? [] : [`${path} names ${span}, which is not there`]
  })
}

function commandsOf(helpText: string): string[] {
  return [...helpText.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)?) /gm)].map(([, words = '']) => words)
}

type Runnable = { readonly scripts: ReadonlySet<string>; readonly commands: readonly string[] }

function runFaults({ path, text }: Document, { scripts, commands }: Runnable): string[] {
  const faults: string[] = []
  for (const piece of code(text)) {
    for (const [, run, name = ''] of piece.matchAll(/\bnpm (run (?:-s )?)?([a-z][\w:-]*)/g)) {
      if (!scripts.has(name) && (run !== undefined || !NPM_OWN.has(name))) faults.push(`${path}: no npm script ${name}`)
    }
    for (const [, words = ''] of piece.matchAll(/\bbin\/desk ([a-z][a-z-]*(?: [a-z][a-z-]*)?)/g)) {
      const isKnown = commands.some((command) => words === command || words.startsWith(`${command} `))
      if (!isKnown) faults.push(`${path}: no command bin/desk ${words}`)
    }
  }
  return faults
}

function settingsIn(readme: string): string[] {
  const section = /^## Configuration$([\s\S]*?)^## /m.exec(readme)?.[1] ?? ''
  return [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name)
}

function runnable(): Runnable {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  const main = join(ROOT, 'server', 'src', 'operator', 'main.ts')
  const help = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' }).stdout
  return { scripts: new Set(Object.keys(scripts)), commands: commandsOf(help) }
}

test('every planted fault is found', () => {
  const planted = (text: string): Document => ({ path: 'docs/planted.md', text })
  const known = { scripts: new Set(['start']), commands: ['member unlock', 'replay'] }
  for (const link of ['[a](nowhere.md)', '[a](glossary.md#nowhere)', '[a](#nowhere)', '![a](pictures/none.png)']) {
    assert.equal(linkFaults(planted(`# Here\n\n${link}\n`)).length, 1, link)
  }
  const good = '# Here\n\n[a](glossary.md#glossary) [b](#here) [c](https://example.com/x.md) ![d](pictures/inbox.png)\n'
  assert.deepEqual(linkFaults(planted(good)), [])
  for (const span of ['server/src/none.ts', 'kernel/scope.ts', 'server/none/']) {
    assert.equal(pathFaults(planted(`See \`${span}\`.`)).length, 1, span)
  }
  assert.deepEqual(pathFaults(planted('`server/src/app.ts`, `how-to/`, `text/event-stream`, `keys/master.key`')), [])
  for (const run of ['`npm run none`', '`npm strat`', '```sh\nbin/desk member lock a@b\n```', '`bin/desk none`']) {
    assert.equal(runFaults(planted(run), known).length, 1, run)
  }
  const typed =
    '`npm start -- --empty`, `npm ci`, `bin/desk --help`\n```\nbin/desk member unlock a@b\nbin/desk replay ie_1\n```\n'
  assert.deepEqual(runFaults(planted(typed), known), [])
  assert.deepEqual(settingsIn('## Configuration\n\n| `PORT` | x |\n| `LOG` | y |\n\n## Else\n| `NOT` | z |\n'), [
    'PORT',
    'LOG',
  ])
})

test('what the documents name is there', () => {
  const all = documents()
  const known = runnable()
  assert.ok(all.length > 50, `only ${all.length} documents were read`)
  assert.ok(known.commands.length >= 4, `only ${known.commands.length} commands were found: ${known.commands.join()}`)
  const read = {
    links: all.flatMap(({ text }) => [...prose(text).matchAll(/\]\(/g)]).length,
    paths: all.flatMap(({ text }) => spans(text).filter(isPath)).length,
  }
  assert.ok(read.links > 50 && read.paths > 150, `only ${read.links} links and ${read.paths} paths were read`)
  assert.deepEqual(
    all.flatMap((one) => [...linkFaults(one), ...pathFaults(one), ...runFaults(one, known)]),
    [],
  )
})

test('no place outside the clone is excepted needlessly', () => {
  const named = documents().flatMap(({ text }) => spans(text).filter(isPath))
  for (const place of ELSEWHERE)
    assert.ok(
      named.some((span) => place.test(span)),
      String(place),
    )
})

test('the table of settings is that of the program', () => {
  const readme = documents().find(({ path }) => path === 'README.md')?.text ?? ''
  assert.deepEqual(settingsIn(readme), VARIABLES)
})
