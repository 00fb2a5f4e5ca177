/**
 * The rules of STYLE.md that a machine keeps. Each carries a line that breaks it and one that does not, and is tried on
 * both before it is believed; each exemption must still be needed.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { functionsOf, importsOf, ROOT, type SourceFile, sourceFiles } from '#test/support/source.ts'

const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 70
/** Functions that only hold smaller ones (a room's factory, a component, a test's body) may be longer. */
const HOLDER_LINES_MAX = 300

type Rule = {
  readonly says: string
  readonly where: RegExp
  readonly except?: RegExp
  readonly pattern: RegExp
  readonly bad: string
  readonly good: string
}

const SERVER = /^server\/src\/(?!.*\.test\.ts$)/
const RULES: readonly Rule[] = [
  {
    says: 'the environment is read in config.ts; take a Config instead',
    where: SERVER,
    except: /^server\/src\/config\.ts$/,
    pattern: /process\.env/,
    bad: 'const port = process.env.PORT',
    good: 'const { port } = config',
  },
  {
    says: 'the way out is kernel/outbound.ts; call outbound.call()',
    where: SERVER,
    pattern: /(?<![\w.])fetch\(/,
    bad: 'await fetch(url)',
    good: 'await outbound.call({ url })',
  },
  {
    says: 'no raw SQL: bind values in sql`…`',
    where: /^(server|tools)\//,
    // Faults plant what is forbidden here, in throw-away copies.
    except: /^server\/test\/house\/tidy\.test\.ts$|^tools\/faults\//,
    pattern: /\bsql\.(raw|lit)\(|\bsql\.(ref|id|table)\((?!['"])/,
    bad: 'sql.ref(column)',
    good: "sql.ref('name')",
  },
  {
    says: 'HTML is never made from text',
    where: /^(desk|widget|server)\/src\//,
    pattern:
      /dangerouslySetInnerHTML|\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write\(|(?<![\w.])eval\(|new Function\(/,
    bad: 'node.innerHTML = text',
    good: 'node.textContent = text',
  },
  {
    says: 'the product has no switch for faults: they are planted from outside',
    where: /^(contract|server|desk|widget|controls\/claims)\/(?!.*\.test\.ts$)/,
    pattern: /PLANTED_FAULT|registerHooks|tools\/faults/,
    bad: 'if (process.env.PLANTED_FAULT) return true',
    good: 'return fits(token)',
  },
  {
    says: 'exports have names',
    where: /^(contract|server|desk|widget|tools)\//,
    except: /vite\.config\.ts$|^server\/test\/house\/tidy\.test\.ts$/,
    pattern: /^export default /m,
    bad: 'export default function () {}',
    good: 'export function open() {}',
  },
  {
    says: 'rooms take time from the clock they are given',
    where: /^server\/src\/(features|channels|kernel)\/(?!.*\.test\.ts$)/,
    except: /^server\/src\/kernel\/(clock|scope-signature)\.ts$/,
    pattern: /Date\.now\(\)|new Date\(\)/,
    bad: 'const now = new Date()',
    good: 'const now = clock.now()',
  },
  {
    says: 'rule SQL takes the clock as a parameter',
    where: /^server\/src\/(features|kernel)\/(?!.*\.test\.ts$)/,
    pattern: /sql(<[^`]*>)?`[^`]*\bnow\(\)/,
    bad: 'sql`select now()`',
    good: 'sql`select ${' + 'now}`',
  },
  {
    says: 'channels are asked what they can do, not who they are',
    where: /^server\/src\/(features|kernel)\/(?!.*\.test\.ts$)/,
    pattern: /channel\s*[!=]==?\s*['"](webchat|api)['"]/,
    bad: "if (inbox.channel === 'webchat')",
    good: 'if (adapter.capabilities.isIdempotent)',
  },
  {
    says: 'a TODO has an owner',
    where: /^(contract|server|desk|widget|tools|scripts)\//,
    except: /^server\/test\/house\/tidy\.test\.ts$/,
    pattern: /\bTODO(?!\([a-z]+\))|\bFIXME\b|\bXXX\b/,
    bad: '// TODO later',
    good: '// TODO(rahima): later',
  },
]

function breaks(rule: Rule, file: SourceFile): boolean {
  return rule.where.test(file.path) && !rule.except?.test(file.path) && rule.pattern.test(file.text)
}

test('each rule finds its bad sample and passes its good one', () => {
  for (const { pattern, bad, good, says } of RULES) {
    assert.match(bad, pattern, says)
    assert.doesNotMatch(good, pattern, says)
  }
})

test('no file breaks a rule', () => {
  const files = sourceFiles(ROOT)
  assert.ok(files.length > 150, `only ${files.length} files were read`)
  const broken = RULES.flatMap((rule) =>
    files.filter((file) => breaks(rule, file)).map((file) => `${file.path}: ${rule.says}`),
  )
  assert.deepEqual(broken, [])
})

test('no exemption has become needless', () => {
  const files = sourceFiles(ROOT)
  for (const { except, pattern, says } of RULES) {
    if (!except) continue
    assert.ok(
      files.some((file) => except.test(file.path) && pattern.test(file.text)),
      `needless exemption: ${says}`,
    )
  }
})

function sizeFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const lines = file.text.split('\n').length - 1
    const faults = lines > FILE_LINES_MAX ? [`${file.path} has ${lines} lines`] : []
    const spans = functionsOf(file)
    for (const span of spans) {
      const last = span.firstLine + span.lines - 1
      const holdsOthers = spans.some(
        (other) => other.firstLine > span.firstLine && other.firstLine + other.lines - 1 < last && other.lines > 3,
      )
      const most = holdsOthers ? HOLDER_LINES_MAX : FUNCTION_LINES_MAX
      if (span.lines > most) faults.push(`${file.path}:${span.firstLine} ${span.name} has ${span.lines} lines`)
    }
    return faults
  })
}

test('files and functions fit a mind', () => {
  const long = { path: 'server/src/a.ts', text: `export function a() {\n${'  b()\n'.repeat(FUNCTION_LINES_MAX)}}\n` }
  assert.equal(sizeFaults([long]).length, 1)
  const generated = /^server\/src\/kernel\/tables\.ts$/
  assert.deepEqual(sizeFaults(sourceFiles(ROOT).filter(({ path }) => !generated.test(path))), [])
})

test('every file of the server says in its first lines what it is', () => {
  const silent = sourceFiles(ROOT, ['server', 'contract', 'tools'])
    .filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/ )/.test(text))
    .map(({ path }) => path)
  assert.deepEqual(silent, [])
})

test('no source file is left that nothing uses', () => {
  const files = sourceFiles(ROOT)
  const used = new Set(files.flatMap((file) => importsOf(file).flatMap(({ target }) => target ?? [])))
  const entries =
    /\.test\.(ts|mjs)$|^(scripts|bin|tools)\/|\/(main|loader|build|boot)\.(ts|tsx|js)$|vite\.config\.ts$|^server\/src\/routes-cli\.ts$|^server\/test\/support\/run-cluster\.ts$/
  const left = files.map(({ path }) => path).filter((path) => !used.has(path) && !entries.test(path))
  assert.deepEqual(left, [])
})

test('nothing in the repository names a registry or an absolute path of a workplace', () => {
  // Letters in brackets, so that the pattern does not find itself and no file needs an exemption.
  const pattern = '"resolve[d]": "htt[p]|(^|[^a-z.])/(hom[e]|wor[k])/[a-z]'
  const search = (input: string[]) =>
    spawnSync('git', ['-C', ROOT, 'grep', '-nIE', ...input], { encoding: 'utf8' }).stdout
  assert.notEqual(search(['nothing in the repository', '--', '.']), '', 'git grep reads the files')
  assert.equal(search([pattern, '--', '.']), '')
})
