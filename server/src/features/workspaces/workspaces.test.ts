/** Settings, tags and saved replies over HTTP: what is kept, what is sealed, what is refused, who is told. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import * as contract from '@central-desk/contract/workspaces.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'

let desk: TestDesk
let people: Personas
before(async () => {
  desk = await bootDesk()
  people = await personas(desk)
})

function call(who: keyof Personas, endpoint: Endpoint, params: Record<string, string> = {}, body?: object) {
  const { client, workspaceId } = people[who]
  return client.call(endpoint, { params: { workspaceId, ...params }, body })
}

/** What one call left behind: audit actions and event kinds. */
async function leaves(work: () => Promise<unknown>) {
  const last = async () =>
    (await rowsOf(desk, 'select coalesce(max(at), to_timestamp(0)) as at from audit_entry'))[0].at
  await last()
  desk.clock.advance(1_000)
  const since = desk.clock.now()
  await work()
  const actions = await rowsOf(desk, 'select action from audit_entry where at >= $1', [since])
  const kinds = await rowsOf(desk, 'select kind from event where at >= $1', [since])
  return [...actions.map(({ action }) => action), ...kinds.map(({ kind }) => kind)]
}

test('settings change what is named and nothing else, and the trail shows before and after', async () => {
  const change = { name: '  Shapla Crafts Ltd ', timeZone: 'Asia/Kolkata' }
  const marks = await leaves(() => call('tanvir', contract.updateWorkspace, {}, change))
  assert.deepEqual(marks, ['workspace.updated', 'workspace.changed'])
  const { body } = await call('farid', contract.getWorkspace)
  assert.deepEqual(
    [body.name, body.language, body.timeZone, body.slug],
    ['Shapla Crafts Ltd', 'en', 'Asia/Kolkata', 'shapla-crafts'],
  )
  const [entry] = await rowsOf(desk, `select before, after from audit_entry where action = 'workspace.updated'`)
  assert.deepEqual([entry.before.timeZone, entry.after.timeZone], ['Asia/Dhaka', 'Asia/Kolkata'])
})

test('a time zone that no calendar knows is refused', async () => {
  for (const timeZone of ['Asia/Atlantis', 'BST6', '', 'UTC\n', '../etc']) {
    const answer = await call('rahima', contract.updateWorkspace, {}, { timeZone })
    assert.deepEqual([answer.status, answer.body.fields[0].field], [422, 'timeZone'], timeZone)
  }
})

test('a tag is made, changed and deleted; each tells the screens and leaves its entry', async () => {
  let id = ''
  const made = await leaves(async () => {
    const answer = await call('nusrat', contract.createTag, {}, { name: ' Order   late ', colour: 'amber' })
    assert.deepEqual([answer.status, answer.body.name, answer.body.colour], [201, 'Order late', 'amber'])
    id = answer.body.id
  })
  assert.deepEqual(made, ['tag.created', 'tags.changed'])
  const changed = await leaves(async () => {
    const { body } = await call('nusrat', contract.updateTag, { tagId: id }, { colour: 'rose' })
    assert.deepEqual([body.name, body.colour], ['Order late', 'rose'])
  })
  assert.deepEqual(changed, ['tag.updated', 'tags.changed'])
  const removed = await leaves(() => call('nusrat', contract.deleteTag, { tagId: id }))
  assert.deepEqual(removed, ['tag.deleted', 'tags.changed'])
  assert.equal((await call('nusrat', contract.deleteTag, { tagId: id })).status, 404)
})

test('a tag’s name exists once, whatever its spelling, also between ten at the same moment', async () => {
  const spellings = [
    'Refund',
    'refund',
    'REFUND',
    'Ｒｅｆｕｎｄ',
    'réfund',
    ' refund ',
    'Refund',
    'rEfund',
    'refunD',
    'Refund',
  ]
  const answers = await Promise.all(
    spellings.map((name) => call('nusrat', contract.createTag, {}, { name, colour: 'grey' })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  const refused = answers.find(({ status }) => status === 409)
  assert.deepEqual(refused?.body.fields, [{ field: 'name', code: 'already_taken' }])
  const other = (await call('nusrat', contract.createTag, {}, { name: 'ফেরত', colour: 'blue' })).body
  const renamed = await call('nusrat', contract.updateTag, { tagId: other.id }, { name: 'refund' })
  assert.equal(renamed.body.code, 'already_taken')
  const joined = await call('nusrat', contract.createTag, {}, { name: 'ফে\u200cরত', colour: 'blue' })
  assert.equal(joined.body.code, 'already_taken')
  // Another workspace has its own names.
  assert.equal((await call('kabir', contract.createTag, {}, { name: 'Refund', colour: 'blue' })).status, 201)
})

test('there are as many tags as the limit says', async () => {
  const [{ id }] = await rowsOf(desk, `select id from workspace where slug = 'meghna-telecom'`)
  await rowsOf(
    desk,
    `insert into tag (workspace_id, id, name, name_folded, colour, created_at)
     select $1, gen_random_uuid(), 'tag ' || n, 'tag ' || n, 'grey', now() from generate_series(2, $2::int) n`,
    [id, LIMITS.tagsPerWorkspace],
  )
  assert.equal(
    (await call('kabir', contract.createTag, {}, { name: 'one more', colour: 'grey' })).body.code,
    'limit_reached',
  )
  assert.equal((await call('kabir', contract.listTags)).body.tags.length, LIMITS.tagsPerWorkspace)
})

test('a saved reply’s text is sealed in the row and whole on the screen; the trail knows its shortcut only', async () => {
  const text = 'আমাদের বিকাশ নম্বর 01700-000000 {{contact.first_name|there}}'
  const body = { shortcut: 'Bkash', title: 'bKash number', text, language: 'bn' }
  let id = ''
  const made = await leaves(async () => {
    const answer = await call('nusrat', contract.createSavedReply, {}, body)
    assert.deepEqual([answer.status, answer.body.shortcut, answer.body.text], [201, 'bkash', text])
    id = answer.body.id
  })
  assert.deepEqual(made, ['savedReply.created', 'savedReplies.changed'])
  const { savedReplies } = (await call('farid', contract.listSavedReplies)).body
  assert.deepEqual(
    savedReplies.map((reply: { text: string }) => reply.text),
    [text],
  )
  const [row] = await rowsOf(desk, 'select text_sealed from saved_reply')
  assert.equal(row.text_sealed[0], 0xc1)
  for (const table of ['saved_reply', 'audit_entry', 'event']) {
    const [{ found }] = await rowsOf(desk, `select count(*)::int as found from ${table} t where t::text like '%01700%'`)
    assert.equal(found, 0, table)
  }
  desk.clock.advance(1_000)
  const changed = await call('nusrat', contract.updateSavedReply, { savedReplyId: id }, { title: 'Payment' })
  assert.deepEqual([changed.body.title, changed.body.text], ['Payment', text])
  assert.equal(Date.parse(changed.body.updatedAt), desk.clock.now().getTime())
  const rewritten = await call('nusrat', contract.updateSavedReply, { savedReplyId: id }, { text: 'new words' })
  assert.equal(rewritten.body.text, 'new words')
  const removed = await leaves(() => call('nusrat', contract.deleteSavedReply, { savedReplyId: id }))
  assert.deepEqual(removed, ['savedReply.deleted', 'savedReplies.changed'])
})

test('a shortcut exists once, in capitals or not', async () => {
  const body = { shortcut: 'thanks', title: 'Thanks', text: 'Thank you', language: 'en' }
  assert.equal((await call('nusrat', contract.createSavedReply, {}, body)).status, 201)
  const second = await call('nusrat', contract.createSavedReply, {}, { ...body, shortcut: 'THANKS' })
  assert.deepEqual([second.status, second.body.fields[0].field], [409, 'shortcut'])
  const other = await call('nusrat', contract.createSavedReply, {}, { ...body, shortcut: 'bye' })
  const renamed = await call(
    'nusrat',
    contract.updateSavedReply,
    { savedReplyId: other.body.id },
    { shortcut: 'Thanks' },
  )
  assert.equal(renamed.body.code, 'already_taken')
})

test('fields beyond the contract are refused, not dropped', async () => {
  const answer = await call('rahima', contract.updateWorkspace, {}, { slug: 'stolen', id: 'x' })
  assert.deepEqual([answer.status, answer.body.fields[0].code], [422, 'unknown_field'])
})
