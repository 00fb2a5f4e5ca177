/** Contacts over HTTP: who is found by what, who is not, and what a change moves. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { getContact, listContacts, updateContact } from '@central-desk/contract/contacts.ts'
import { listConversations } from '@central-desk/contract/conversations.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, receiveOne, type TestInbound, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { type Person, type Personas, personas } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { indexBacklog } from '../conversations/indexing.ts'

let desk: TestDesk
let people: Personas
let inbox: TestInbox
let apiInbox: TestInbox

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  apiInbox = await connectInbox(desk, people.rahima, 'api')
})

const found = async (person: Person, query: Record<string, string | number> = {}) => {
  const answer = await person.client.call(listContacts, { params: { workspaceId: person.workspaceId }, query })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const idsFor = async (q: string, person = people.nusrat): Promise<string[]> =>
  (await found(person, { q })).contacts.map(({ id }: { id: string }) => id)

/** Somebody who wrote; the contact's id. */
async function somebody(message: Partial<TestInbound> & { from: string }, at = inbox): Promise<string> {
  const { conversationId } = await receiveOne(desk, at, { text: 'hello', ...message })
  await indexBacklog(desk.kernel)
  const uuid = uuidOf('conversation', conversationId)
  const [row] = await rowsOf(desk, 'select contact_id from conversation where id = $1', [uuid])
  const { contacts } = await found(people.nusrat, { limit: 100 })
  const match = contacts.find(({ id }: { id: string }) => uuidOf('contact', id) === row.contact_id)
  return match.id
}

function change(contactId: string, body: object, person = people.nusrat, workspaceId = person.workspaceId) {
  return person.client.call(updateContact, { params: { workspaceId, contactId }, body })
}

test('the newest who wrote come first, page by page, each once', async () => {
  const ids: string[] = []
  for (let at = 0; at < 7; at++) {
    desk.clock.advance(1_000)
    ids.unshift(await somebody({ from: `page-${at}` }))
  }
  // Two at the same moment: the order still holds still.
  ids.unshift(...(await Promise.all([somebody({ from: 'page-a' }), somebody({ from: 'page-b' })])))
  const pages: string[] = []
  let cursor: string | null = null
  do {
    const page: { contacts: { id: string }[]; nextCursor: string | null } = await found(people.nusrat, {
      limit: 2,
      ...(cursor && { cursor }),
    })
    assert.ok(page.contacts.length <= 2)
    pages.push(...page.contacts.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor)
  assert.deepEqual(pages.slice(2), ids.slice(2))
  assert.deepEqual(new Set(pages), new Set(ids))
  assert.equal(pages.length, ids.length)
  await receive(desk, inbox, { from: 'page-0', text: 'again' })
  desk.clock.advance(1_000)
})

test('a name that came with a message is found by its words and their beginnings, in both scripts', async () => {
  const mitu = await somebody({ from: 'mitu', name: 'Mitu Rahman' })
  const bangla = await somebody({ from: 'mitu-2', name: 'মিতু রহমান' })
  const both = new Set([mitu, bangla])
  for (const q of ['mitu', 'MITU rahman', 'rahman', 'Rahman Mitu', 'মিতু', 'রহমান']) {
    assert.deepEqual(new Set(await idsFor(q)), both, q)
  }
  assert.deepEqual(await idsFor('rah'), [mitu])
  assert.deepEqual(await idsFor('রহম'), [bangla])
  for (const q of ['karim', 'mitu karim', 'itu', 'ra', 'zzz', '!!']) assert.deepEqual(await idsFor(q), [], q)
})

test('a name is found by how it sounds, in either script', async () => {
  const bangla = await somebody({ from: 'rasheda-1', name: 'রাশেদা খাতুন' })
  const latin = await somebody({ from: 'rasheda-2', name: 'Rasheda Khatun' })
  for (const q of ['rasheda', 'Rashida', 'রাশেদা', 'rasheda khatun']) {
    assert.deepEqual(new Set(await idsFor(q)), new Set([bangla, latin]), q)
  }
  assert.deepEqual(await idsFor('rasheda begum'), [])
})

test('a changed name, e-mail and phone are found by the new spelling and no longer by the old', async () => {
  const id = await somebody({ from: 'change-me', name: 'Shirin Sultana' })
  const first = await change(id, { name: 'Shirin Akter', email: ' Shirin@Example.COM ', phone: '01712-345678' })
  assert.equal(first.status, 200, first.text)
  const { name, email, phone } = first.body
  assert.deepEqual({ name, email, phone }, { name: 'Shirin Akter', email: 'Shirin@Example.COM', phone: '01712-345678' })
  for (const q of [
    'akter',
    'shirin@example.com',
    'SHIRIN@EXAMPLE.COM',
    '+8801712345678',
    '০১৭১২ ৩৪৫৬৭৮',
    '01712345678',
  ]) {
    assert.deepEqual(await idsFor(q), [id], q)
  }
  assert.deepEqual(await idsFor('sultana'), [])
  assert.deepEqual(await idsFor('shirin@example.co'), [])
  assert.deepEqual(await idsFor('0171234567'), [])
  await change(id, { name: null, email: null, phone: null })
  for (const q of ['akter', 'shirin', 'shirin@example.com', '01712345678']) assert.deepEqual(await idsFor(q), [], q)
  const { body } = await people.nusrat.client.call(getContact, {
    params: { workspaceId: people.nusrat.workspaceId, contactId: id },
  })
  assert.deepEqual([body.name, body.email, body.phone], [null, null, null])
})

test('what is left out stays, blank is nothing, and a change is told', async () => {
  const id = await somebody({ from: 'partial', name: 'Jamal Uddin' })
  await change(id, { email: 'jamal@example.com', comment: 'calls at night' })
  const number = async () =>
    (await rowsOf(desk, `select max(number) as n from event where kind = 'contact.changed'`))[0].n
  const before = await number()
  const answer = await change(id, { phone: '   ' })
  assert.deepEqual(
    [answer.body.name, answer.body.email, answer.body.phone, answer.body.comment],
    ['Jamal Uddin', 'jamal@example.com', null, 'calls at night'],
  )
  assert.notEqual(await number(), before)
})

test('an exact address finds whom the shop calls so', async () => {
  const api = await somebody({ from: 'shop-user-77' }, apiInbox)
  const web = await somebody({ from: 'id:customer-9' })
  assert.deepEqual(await idsFor('shop-user-77'), [api])
  assert.deepEqual(await idsFor('customer-9'), [web])
  assert.deepEqual(await idsFor('shop-user-7'), [])
})

test('somebody without a name has a label that stays, and addresses that a person can read', async () => {
  const anonymous = await somebody({ from: 'anon:0198c0de-0000-7000-8000-000000000000' })
  const known = await somebody({ from: 'id:user-5', name: 'Babul' })
  const view = async (contactId: string) =>
    (await people.nusrat.client.call(getContact, { params: { workspaceId: people.nusrat.workspaceId, contactId } }))
      .body
  const [first] = (await view(anonymous)).addresses
  const expected = `Visitor ${uuidOf('contact', anonymous).slice(-4).toUpperCase()}`
  assert.deepEqual([first.label, first.channel, first.inboxId], [expected, 'webchat' satisfies Channel, inbox.id])
  assert.equal((await view(known)).addresses[0].label, 'user-5')
  const params = { workspaceId: people.nusrat.workspaceId }
  const { body } = await people.nusrat.client.call(listConversations, { params, query: { view: 'all', limit: 100 } })
  const labelOf = (id: string) => body.conversations.find((row: { contact: { id: string } }) => row.contact.id === id)
  assert.deepEqual(labelOf(anonymous).contact, { id: anonymous, name: null, label: expected, isBlocked: false })
  assert.deepEqual(labelOf(known).contact, { id: known, name: 'Babul', label: 'Babul', isBlocked: false })
})

test('hostile names come back as the text they are', async () => {
  const hostile = '<img src=x onerror=alert(1)>"\'`{7*7}'
  const id = await somebody({ from: 'hostile', name: hostile })
  assert.equal((await change(id, { comment: hostile })).body.name, hostile)
  assert.equal((await change(id, { comment: hostile })).body.comment, hostile)
})

test('what is no e-mail, no phone or too long is refused, and nothing changes', async () => {
  const id = await somebody({ from: 'refused', name: 'Salma' })
  for (const [body, field, code] of [
    [{ email: 'no address' }, 'email', 'wrong_form'],
    [{ phone: '12' }, 'phone', 'wrong_form'],
    [{ phone: 'call me' }, 'phone', 'wrong_form'],
    [{ name: 'x'.repeat(121) }, 'name', 'too_long'],
    [{ name: '' }, 'name', 'too_short'],
    [{ comment: 'x'.repeat(2_001) }, 'comment', 'too_long'],
    [{ name: 'a\u0000b' }, 'name', 'unstorable_text'],
    [{ nmae: 'Salma' }, 'nmae', 'unknown_field'],
  ] as const) {
    const answer = await change(id, { comment: 'kept?', ...body })
    assert.equal(answer.status, 422, JSON.stringify(body))
    assert.ok(
      answer.body.fields.some((one: { field: string; code: string }) => one.field === field && one.code === code),
      answer.text,
    )
  }
  const params = { workspaceId: people.nusrat.workspaceId, contactId: id }
  assert.equal((await people.nusrat.client.call(getContact, { params })).body.comment, null)
})

test('a viewer reads and does not write; a neighbour finds nothing, with names, ids and cursors that are ours', async () => {
  const id = await somebody({ from: 'private', name: 'Parvin Haque' })
  await change(id, { email: 'parvin@example.com' })
  assert.equal((await change(id, { name: 'X' }, people.farid)).body.code, 'forbidden')
  assert.deepEqual(await idsFor('parvin', people.farid), [id])
  const { kabir, rahima } = people
  for (const q of ['parvin', 'parvin@example.com']) assert.deepEqual(await idsFor(q, kabir), [])
  const read = await kabir.client.call(getContact, { params: { workspaceId: kabir.workspaceId, contactId: id } })
  assert.equal(read.status, 404)
  assert.equal((await change(id, { name: 'X' }, kabir)).status, 404)
  assert.equal((await change(id, { name: 'X' }, kabir, rahima.workspaceId)).status, 404)
  const { nextCursor } = await found(people.nusrat, { limit: 1 })
  assert.deepEqual((await found(kabir, { cursor: nextCursor })).contacts, [])
})

test('a cursor that is none of ours is refused', async () => {
  const spelled = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const id = '01990000-0000-7000-8000-000000000000'
  const wrong = [
    spelled([]),
    spelled([1, 'x']),
    spelled([-1, id]),
    spelled([9e15, id]),
    spelled({}),
    'abc',
    spelled([1.5, id]),
  ]
  const params = { workspaceId: people.nusrat.workspaceId }
  for (const cursor of wrong) {
    const answer = await people.nusrat.client.call(listContacts, { params, query: { cursor } })
    assert.deepEqual([answer.status, answer.body.fields?.[0]], [422, { field: 'cursor', code: 'wrong_form' }], cursor)
  }
})

test('the database holds no name, address or remark in the clear', async () => {
  const id = await somebody({ from: 'secret-address', name: 'Geheimname Canary' })
  await change(id, { email: 'canary@example.com', phone: '01811111111', comment: 'canary remark' })
  const tables = ['contact', 'contact_address', 'contact_search_entry', 'event']
  for (const table of tables) {
    const rows = await rowsOf(desk, `select t::text as row from ${table} t`)
    for (const text of ['Geheimname', 'canary', 'secret-address', '01811111111']) {
      const spelled = [text, Buffer.from(text).toString('hex')]
      assert.ok(!rows.some(({ row }) => spelled.some((one) => row.includes(one))), `${table} ${text}`)
    }
  }
})
