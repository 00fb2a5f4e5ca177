/**
 * The registry holds the page and nothing else: each sentence has exactly one entry, in the order of the page; names of
 * probes and paths of code are there. First it finds a sentence that has no entry.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PROBES } from '../probes/index.ts'
import { ATTACKS, type Claim, CLAIMS, type CheckResult, SECTIONS, statusOf } from './index.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PAGE = readFileSync(join(import.meta.dirname, 'page.txt'), 'utf8')
const NOW = new Date('2026-05-25T00:00:00Z')

/** What is left of the page when headings and the sentences of the claims are taken out of it, in their order. */
function unclaimed(page: string, sections: readonly { heading: string; claims: readonly Pick<Claim, 'sentence'>[] }[]) {
  let rest = page
  const left: string[] = []
  for (const { heading, claims } of sections) {
    for (const words of [...(heading ? [heading] : []), ...claims.map(({ sentence }) => sentence)]) {
      const at = rest.indexOf(words)
      if (at < 0) return [`not on the page, or not in this order: ${words}`]
      left.push(rest.slice(0, at))
      rest = rest.slice(at + words.length)
    }
  }
  return [...left, rest].map((part) => part.replaceAll(/[-\s]/g, '')).filter((part) => part !== '')
}

test('a sentence that nobody claims is found, and so is a claim that the page does not make', () => {
  const one = [{ heading: 'Words', claims: [{ sentence: 'We keep it.' }] }]
  assert.deepEqual(unclaimed('Words\n- We keep it.\n', one), [])
  assert.deepEqual(unclaimed('Words\n- We keep it.\n- We lose it.\n', one), ['Weloseit.'])
  assert.equal(unclaimed('Words\n', one).length, 1)
})

test('every sentence of the page has its claim, in the order of the page', () => {
  assert.deepEqual(unclaimed(PAGE, SECTIONS), [])
  assert.ok(CLAIMS.length >= 48, `only ${CLAIMS.length} claims`)
})

test('each claim has an id of its own and says in words how it is kept', () => {
  assert.equal(new Set(CLAIMS.map(({ id }) => id)).size, CLAIMS.length)
  for (const { id, how } of CLAIMS) {
    assert.match(id, /^[A-Z]\d+[a-z]?$/)
    assert.ok(how.length > 20, id)
  }
})

test('every probe that a claim names is there, and every probe serves a claim', () => {
  const named = CLAIMS.flatMap(({ standing }) => (standing.by === 'probes' ? standing.probes : []))
  assert.deepEqual([...new Set(named)].sort(), PROBES.map(({ name }) => name).sort())
  assert.deepEqual(Object.keys(ATTACKS).sort(), PROBES.map(({ name }) => name).sort())
})

test('the code that a claim points at is there; a claim that probes support points at some', () => {
  for (const { id, code, standing } of CLAIMS) {
    for (const path of code) assert.ok(existsSync(join(ROOT, path)), `${id} points at ${path}`)
    if (standing.by === 'probes') assert.ok(code.length > 0, id)
  }
})

const standing = { by: 'probes', probes: ['one', 'two'] } as const
const results = (one: CheckResult, two?: CheckResult) => new Map(Object.entries({ one, ...(two && { two }) }))

test('a claim is proven when every probe passed, and by nothing else', () => {
  assert.equal(statusOf({ standing }, results('pass', 'pass'), NOW).status, 'proven')
  assert.equal(statusOf({ standing }, results('pass', 'fail'), NOW).status, 'failing')
  assert.equal(statusOf({ standing }, results('pass', 'error'), NOW).status, 'failing')
  assert.equal(statusOf({ standing }, results('pass', 'skipped'), NOW).status, 'stale')
  assert.equal(statusOf({ standing }, results('pass'), NOW).status, 'stale')
  assert.equal(statusOf({ standing }, new Map(), NOW).status, 'stale')
  assert.equal(statusOf({ standing }, results('pass', 'pass'), NOW, 'older').status, 'stale')
  const part = { standing: { ...standing, butNot: 'the other half' } }
  assert.deepEqual(statusOf(part, results('pass', 'pass'), NOW), { status: 'not_in_force', reason: 'the other half' })
  assert.equal(statusOf(part, results('pass', 'fail'), NOW).status, 'failing')
})

test('a target that has passed is overdue by itself', () => {
  const plan = { standing: { by: 'plan', reason: 'By then.', until: '2026-10-01' } } as const
  assert.deepEqual(statusOf(plan, new Map(), NOW), { status: 'planned', reason: 'By then.' })
  assert.match(statusOf(plan, new Map(), new Date('2026-10-01T00:00:00Z')).reason, /^Overdue/)
})
