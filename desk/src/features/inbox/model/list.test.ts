/** The list keeps its order, moves nothing under the pointer, loses and doubles no row. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterLeaving,
  appendPage,
  applyRow,
  heldCount,
  type ListState,
  listOf,
  neighbour,
  patchMine,
  setHolding,
} from './list.ts'
import { listedFrom } from './patch.ts'
import { event, ME, message, minute, row, TANVIR } from './samples.ts'
import { belongsToList, belongsToView, isUnread } from './views.ts'

const MINE = { view: 'mine' as const }
const ids = (list: ListState) => list.rows.map((one) => one.id)

function mine(nextCursor: string | null = null): ListState {
  return listOf({ conversations: [row('c', 30), row('b', 20), row('a', 10)], nextCursor, eventNumber: 1 })
}

test('views hold what they say', () => {
  assert.equal(belongsToView('mine', row('a', 1, { status: 'pending' }), ME), true)
  assert.equal(belongsToView('mine', row('a', 1, { assigneeId: TANVIR }), ME), false)
  assert.equal(belongsToView('unassigned', row('a', 1, { assigneeId: null }), ME), true)
  assert.equal(belongsToView('all', row('a', 1, { status: 'snoozed' }), ME), false)
  assert.equal(belongsToView('closed', row('a', 1, { status: 'closed' }), ME), true)
  assert.equal(belongsToList({ view: 'mine', tagId: 'tag_1' }, row('a', 1), ME), false)
  assert.equal(belongsToList({ view: 'mine', inboxId: 'inb_1' }, row('a', 1), ME), true)
})

test('unread is about what a contact wrote', () => {
  const own = { readNumber: 4, hasDraft: false }
  assert.equal(isUnread(row('a', 1, { lastInboundNumber: 5, mine: own })), true)
  assert.equal(isUnread(row('a', 1, { lastInboundNumber: 4, mine: own })), false)
  const blocked = { id: 'ctc_a', name: 'Spam', label: 'Spam', isBlocked: true }
  assert.equal(isUnread(row('a', 1, { lastInboundNumber: 5, mine: own, contact: blocked })), false)
})

test('at the top a conversation with news comes first at once', () => {
  const list = applyRow(mine(), MINE, row('a', 40), ME)
  assert.deepEqual(ids(list), ['a', 'c', 'b'])
  assert.equal(heldCount(list), 0)
})

test('further down nothing moves: what is new waits, and comes when the reader is back at the top', () => {
  let list = setHolding(mine(), true)
  list = applyRow(list, MINE, row('a', 40), ME)
  list = applyRow(list, MINE, row('new', 50), ME)
  list = applyRow(list, MINE, row('new', 51), ME)
  assert.deepEqual(ids(list), ['c', 'b', 'a'])
  assert.equal(heldCount(list), 2)
  assert.equal(
    list.rows.find((one) => one.id === 'a')?.lastActivityAt,
    row('a', 40).lastActivityAt,
    'its words are new',
  )
  list = setHolding(list, false)
  assert.deepEqual(ids(list), ['new', 'a', 'c', 'b'])
  assert.equal(heldCount(list), 0)
})

test('sorted by who waits, the longest comes first, and who is answered goes behind those who wait', () => {
  const waits = (id: string, since: number | null) =>
    row(id, 30, { waitingSince: since === null ? null : minute(since) })
  const page = { conversations: [waits('a', 1), waits('b', 5), waits('c', null)], nextCursor: null, eventNumber: 1 }
  let list = listOf(page, { sort: 'waiting' })
  list = applyRow(list, MINE, waits('d', 3), ME)
  assert.deepEqual(ids(list), ['a', 'd', 'b', 'c'])
  list = applyRow(list, MINE, waits('a', null), ME)
  assert.deepEqual(ids(list), ['d', 'b', 'a', 'c'])
  list = applyRow(setHolding(list, true), MINE, waits('d', null), ME)
  assert.deepEqual([ids(list), heldCount(list)], [['d', 'b', 'a', 'c'], 1])
  assert.deepEqual(ids(setHolding(list, false)), ['b', 'a', 'c', 'd'])
})

test('what no longer belongs leaves, also while it waits', () => {
  let list = setHolding(mine(), true)
  list = applyRow(list, MINE, row('new', 50), ME)
  list = applyRow(list, MINE, row('new', 51, { assigneeId: TANVIR }), ME)
  list = applyRow(list, MINE, row('b', 52, { status: 'closed' }), ME)
  assert.deepEqual(ids(list), ['c', 'a'])
  assert.equal(heldCount(list), 0)
})

test('a row older than what was read comes with its own page, and is not doubled', () => {
  const list = applyRow(mine('more'), MINE, row('old', 5), ME)
  assert.deepEqual(ids(list), ['c', 'b', 'a'])
  const next = appendPage(list, { conversations: [row('a', 10), row('old', 5)], nextCursor: null, eventNumber: 2 })
  assert.deepEqual(ids(next), ['c', 'b', 'a', 'old'])
})

test('with everything read, an old row is put where it belongs', () => {
  assert.deepEqual(ids(applyRow(mine(), MINE, row('old', 5), ME)), ['c', 'b', 'a', 'old'])
})

test('one’s own mark changes only its row', () => {
  const list = patchMine(mine(), 'b', { hasDraft: true })
  assert.deepEqual(
    list.rows.map((one) => one.mine.hasDraft),
    [false, true, false],
  )
  const same = mine()
  assert.equal(patchMine(same, 'nowhere', { hasDraft: true }), same)
})

test('walking stops at the ends; leaving goes on to the next, at the end to the one before', () => {
  const { rows } = mine()
  assert.equal(neighbour(rows, 'c', -1)?.id, 'c')
  assert.equal(neighbour(rows, 'c', 1)?.id, 'b')
  assert.equal(neighbour(rows, undefined, 1)?.id, 'c')
  assert.equal(afterLeaving(rows, 'b', 1)?.id, 'a')
  assert.equal(afterLeaving(rows, 'b', -1)?.id, 'c')
  assert.equal(afterLeaving(rows, 'a', 1)?.id, 'b')
  assert.equal(afterLeaving([row('x', 1)], 'x', 1), undefined)
})

test('what has left the list is gone on from where it stood', () => {
  const { rows } = mine()
  assert.equal(neighbour(rows, 'gone', 1, 1)?.id, 'b')
  assert.equal(neighbour(rows, 'gone', -1, 1)?.id, 'c')
  assert.equal(neighbour(rows, 'gone', 1, 3)?.id, 'a')
  assert.equal(afterLeaving(rows, 'gone', 1, 2)?.id, 'a')
  assert.equal(afterLeaving([], 'gone', 1, 2), undefined)
})

test('an event brings the row; what is the reader’s own is told by the stream, or kept, or guessed', () => {
  const told = row('a', 60, { lastInboundNumber: 9, lastMessageNumber: 9 })
  const inbound = event({ item: message(9, 60) })
  const known = row('a', 10, { mine: { readNumber: 7, hasDraft: true } })
  assert.deepEqual(listedFrom(told, known, inbound, ME).mine, { readNumber: 7, hasDraft: true })
  assert.equal(isUnread(listedFrom(told, undefined, inbound, ME)), true)
  assert.equal(isUnread(listedFrom(told, undefined, event({ kind: 'conversation.changed' }), ME)), false)
  const withMine = { ...inbound, mine: { readNumber: 8, hasDraft: false } }
  assert.deepEqual(listedFrom(told, known, withMine, ME).mine, { readNumber: 8, hasDraft: true })
  const ownReply = event({ actorMemberId: ME })
  assert.equal(listedFrom(told, known, ownReply, ME).mine.readNumber, 9)
})
