/**
 * The canary hunt: a word of its own through every door that takes what customers and agents write, then a search of the
 * database's files and WAL, the home, the log and the temporary folders. Nothing may be found, but for the controls: a
 * word written in the clear on purpose is found in the files and in the WAL, and each canary is found where it should be,
 * in the answers.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { getContact, updateContact } from '@central-desk/contract/contacts.ts'
import * as conversations from '@central-desk/contract/conversations.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { changePassword } from '@central-desk/contract/session.ts'
import { sendVisitorMessage, startVisitorSession, uploadVisitorAttachment } from '@central-desk/contract/widget.ts'
import { createSavedReply, listSavedReplies } from '@central-desk/contract/workspaces.ts'
import { withClient } from '#src/postgres/address.ts'
import type { CallOptions } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { formsOf, huntBelow, huntIn } from '#test/support/hunt.ts'
import { PASSWORD } from '#test/support/people.ts'
import { done, makeStage, newClientId, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'

/** Unlike anything else, and long enough that no cipher text holds it by chance. */
const canary = (door: string) => `canary${door}${randomBytes(6).toString('hex')}`
const DOORS = [
  'HookText',
  'HookName',
  'HookAttachment',
  'Unreadable',
  'VisitorText',
  'VisitorFile',
  'VisitorFileName',
  'Reply',
  'Note',
  'Draft',
  'SavedReply',
  'ContactEmail',
  'ContactComment',
  'AgentFile',
  'Password',
  'Search',
] as const
const words = {
  ...(Object.fromEntries(DOORS.map((door) => [door, canary(door)])) as Record<(typeof DOORS)[number], string>),
  // A phone number is digits: as many as it may have.
  ContactPhone: `88017${randomBytes(5).readUIntBE(0, 5).toString().padStart(13, '3').slice(0, 8)}`,
}

let desk: TestDesk
let stage: Stage
let conversationId: string

const ask = (endpoint: Endpoint, options: CallOptions) => done(stage, endpoint, options)
const params = () => ({ workspaceId: stage.owner.workspaceId })

async function throughHooks(): Promise<void> {
  const body = JSON.stringify({
    type: 'message',
    id: newClientId(),
    from: { id: 'canary', name: words.HookName },
    text: words.HookText,
    attachments: [
      { fileName: 'a.txt', mediaType: 'text/plain', content: Buffer.from(words.HookAttachment).toString('base64') },
    ],
  })
  assert.equal((await postHook(desk, stage.apiInbox, body)).status, 200)
  assert.equal((await postHook(desk, stage.apiInbox, `{"type":"${words.Unreadable}"}`)).status, 200)
  conversationId = await until(async () => {
    const page = await ask(conversations.listConversations, { params: params(), query: { view: 'all' } })
    return page.conversations.find((row: { contact: { name: string } }) => row.contact.name === words.HookName)?.id
  }, 'the conversation of the canary')
}

async function throughWebchat(): Promise<void> {
  const visitor = desk.client()
  const inbox = { inboxKey: stage.webchatInbox.key }
  const session = await visitor.call(startVisitorSession, { params: inbox, body: {} })
  visitor.bearer = session.body.token
  const upload = { params: inbox, query: { fileName: words.VisitorFileName }, body: Buffer.from(words.VisitorFile) }
  const file = await visitor.call(uploadVisitorAttachment, upload)
  assert.equal(file.status, 201, file.text)
  const message = {
    clientMessageId: newClientId(),
    text: words.VisitorText,
    attachmentIds: [file.body.id],
    sentAt: desk.clock.now().toISOString(),
  }
  assert.equal((await visitor.call(sendVisitorMessage, { params: inbox, body: message })).status, 202)
}

async function throughTheDesk(): Promise<void> {
  const one = { ...params(), conversationId }
  const upload = { params: params(), query: { fileName: 'b.txt' }, body: Buffer.from(words.AgentFile) }
  const file = await ask(conversations.uploadAttachment, upload)
  const reply = { clientMessageId: newClientId(), text: words.Reply, attachmentIds: [file.id], seenNumber: 99 }
  await ask(conversations.sendMessage, { params: one, body: reply })
  const note = { clientMessageId: newClientId(), text: words.Note, attachmentIds: [] }
  await ask(conversations.writeNote, { params: one, body: note })
  await ask(conversations.saveDraft, { params: { ...one, mode: 'reply' }, body: { text: words.Draft } })
  const saved = { shortcut: 'canary', title: 'Canary', text: words.SavedReply, language: 'en' }
  await ask(createSavedReply, { params: params(), body: saved })
  const row = await ask(conversations.getConversation, { params: one })
  const contact = {
    email: `${words.ContactEmail}@mail.example`,
    phone: words.ContactPhone,
    comment: words.ContactComment,
  }
  await ask(updateContact, { params: { ...params(), contactId: row.contact.id }, body: contact })
  await ask(conversations.search, { params: params(), query: { q: words.Search } })
  const change = { current: PASSWORD, next: `long ${words.Password}` }
  const changed = await stage.owner.client.call(changePassword, { body: change })
  assert.equal(changed.status, 200, changed.text)
}

before(async () => {
  desk = await bootDesk()
  stage = await makeStage(desk, 'Canary Crafts', 'marker')
  await throughHooks()
  await throughWebchat()
  await throughTheDesk()
  await postMessage(desk, stage.apiInbox, { from: { id: 'other' }, text: 'another message, so that indexing goes on' })
})

test('the canaries are in the answers, where they should be', async () => {
  const one = { ...params(), conversationId }
  const thread = JSON.stringify(await ask(conversations.getThread, { params: one }))
  for (const door of ['HookText', 'Reply', 'Note'] as const) assert.ok(thread.includes(words[door]), door)
  const row = await ask(conversations.getConversation, { params: one })
  const contact = JSON.stringify(await ask(getContact, { params: { ...params(), contactId: row.contact.id } }))
  for (const door of ['ContactEmail', 'ContactPhone', 'ContactComment'] as const) {
    assert.ok(contact.includes(words[door]), door)
  }
  const { drafts } = await ask(conversations.listDrafts, { params: one })
  assert.equal(drafts[0].text, words.Draft)
  const replies = JSON.stringify(await ask(listSavedReplies, { params: params() }))
  assert.ok(replies.includes(words.SavedReply))
  await until(async () => {
    const found = await ask(conversations.search, { params: params(), query: { q: words.VisitorText } })
    return found.hits[0]
  }, 'the canary in the search')
})

test('no canary is in the files of the database, its WAL, the home, the log or temporary folders', async () => {
  const control = canary('Control')
  const dataFolder = await withClient(desk.database.superuser, async (client) => {
    await client.query('create table public.control (word text)')
    await client.query('insert into public.control values ($1)', [control])
    await client.query('checkpoint')
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    return rows[0]?.data_directory ?? ''
  })
  const all = Object.values(words)
  const database = huntBelow(dataFolder, [...all, control])
  const isIn = (part: string) => database.found.some((line) => line.includes(control) && line.includes(part))
  assert.ok(isIn('/base/'), 'the control is in the table files')
  assert.ok(isIn('/pg_wal/'), 'the control is in the WAL')
  assert.deepEqual(
    database.found.filter((line) => !line.includes(control)),
    [],
  )
  assert.ok(database.bytesRead > 10_000_000, `only ${database.bytesRead} bytes were read`)

  const home = huntBelow(desk.home, all)
  assert.deepEqual(home.found, [])
  assert.ok(existsSync(join(desk.home, 'files')) && home.bytesRead > 100)
  assert.deepEqual(huntIn(Buffer.from(desk.logged()), 'log', all), [])
  assert.ok(desk.logged().includes('"route":"sendMessage"'), 'the log holds lines of these requests')
})

test('the hunt finds a word in every spelling it knows', () => {
  const word = 'canaryControl0123456789ab'
  for (const form of formsOf(word)) assert.equal(huntIn(Buffer.from(`xx${form}yy`), 'p', [word]).length, 1)
  for (const shift of ['', 'a', 'ab']) {
    const text = Buffer.from(`${shift}${word}tail`).toString('base64')
    assert.equal(huntIn(Buffer.from(text), 'p', [word]).length, 1)
  }
})
