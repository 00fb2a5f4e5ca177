/** The room's pure rules: who may be given work, until when one may snooze, what stops a reply, where an excerpt is cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROLES } from '@central-desk/contract/permissions.ts'
import fc from 'fast-check'
import { excerptOf } from './excerpt.ts'
import { isBlank, isTeammatesReply, mayBeAssigned, SNOOZE_MAX_MS, sentAtAfter, snoozeProblem } from './policy.ts'
import { previewOf } from './preview.ts'

const NOW = new Date('2026-11-24T04:00:00Z')
const after = (by_ms: number) => new Date(NOW.getTime() + by_ms)

test('everybody who may answer may be given a conversation, while they are members', () => {
  const may = (removed_at: Date | null) => ROLES.map((role) => [role, mayBeAssigned({ role, removed_at })])
  assert.deepEqual(may(null), [
    ['owner', true],
    ['admin', true],
    ['agent', true],
    ['viewer', false],
  ])
  assert.ok(may(NOW).every(([, isAllowed]) => isAllowed === false))
})

test('a snooze ends in the coming year, or with the contact’s next message', () => {
  assert.equal(snoozeProblem('snoozed', null, NOW), null)
  assert.equal(snoozeProblem('open', null, NOW), null)
  assert.equal(snoozeProblem('snoozed', after(1), NOW), null)
  assert.equal(snoozeProblem('snoozed', after(SNOOZE_MAX_MS), NOW), null)
  assert.equal(snoozeProblem('snoozed', after(SNOOZE_MAX_MS + 1), NOW), 'too_far')
  assert.equal(snoozeProblem('snoozed', NOW, NOW), 'not_in_future')
  for (const status of ['open', 'pending', 'closed'] as const) {
    assert.equal(snoozeProblem(status, after(1), NOW), 'only_when_snoozed')
  }
})

test('only another member’s answer stops one', () => {
  const message = { direction: 'out', author_kind: 'member', author_member_id: 'other' } as const
  assert.ok(isTeammatesReply(message, 'me'))
  assert.ok(!isTeammatesReply(message, 'other'))
  assert.ok(!isTeammatesReply({ ...message, direction: 'in', author_kind: 'contact', author_member_id: null }, 'me'))
  assert.ok(!isTeammatesReply({ ...message, author_kind: 'rule', author_member_id: null }, 'me'))
})

test('a reply stands after the newest message', () => {
  assert.deepEqual(sentAtAfter(NOW, null), NOW)
  assert.deepEqual(sentAtAfter(NOW, after(-1)), NOW)
  assert.deepEqual(sentAtAfter(NOW, NOW), after(1))
  assert.deepEqual(sentAtAfter(NOW, after(5)), after(6))
})

test('white space of any script says nothing', () => {
  for (const text of ['', ' ', '\n\t', '\u00a0\u2003\u3000']) assert.ok(isBlank(text))
  assert.ok(!isBlank(' \u0985 '))
})

test('a preview is one line of whole characters', () => {
  assert.equal(previewOf('  a\n\n b\tc  '), 'a b c')
  assert.equal(previewOf(`${'x'.repeat(159)}😀😀`), `${'x'.repeat(159)}😀`)
  assert.equal(previewOf('\n'), '')
})

test('an excerpt holds what was found, whole characters, and a mark where it was cut', () => {
  const text = `${'before '.repeat(30)}needle${' after'.repeat(60)}`
  const start = text.indexOf('needle')
  const excerpt = excerptOf(text, { start, end: start + 6 })
  assert.match(excerpt, /^…before .*before needle after.* after…$/)
  assert.ok(excerpt.length < 200)
  assert.equal(excerptOf('needle', { start: 0, end: 6 }), 'needle')
  assert.equal(excerptOf('a needle\nb', { start: 2, end: 8 }), 'a needle b')
})

test('whatever the text, an excerpt is well formed and holds what was found', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 400 })
  fc.assert(
    fc.property(text, text, fc.stringMatching(/^[a-z]{1,20}$/), (head, tail, word) => {
      const excerpt = excerptOf(`${head}${word}${tail}`, { start: head.length, end: head.length + word.length })
      return excerpt.isWellFormed() && excerpt.includes(word)
    }),
  )
})
