/**
 * Bad input gets a clear error and changes nothing: broken JSON, wrong types, giants, broken UTF-8, hostile names and
 * markup, unsigned, stale and altered calls, ids that are none. Never a stack trace, never another status than promised.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as conversations from '@central-desk/contract/conversations.ts'
import { updateContact } from '@central-desk/contract/contacts.ts'
import { createSavedReply, createTag, listTags } from '@central-desk/contract/workspaces.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, newClientId, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'

let desk: TestDesk
let stage: Stage
let tagsPath: string
before(async () => {
  desk = await bootDesk()
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  tagsPath = `/api/v1/workspaces/${stage.owner.workspaceId}/tags`
})

async function post(body: string | Buffer, contentType: string | null = 'application/json'): Promise<Answer> {
  const headers: Record<string, string> = { 'x-csrf-token': await stage.owner.client.token() }
  if (contentType) headers['content-type'] = contentType
  return stage.owner.client.raw('POST', tagsPath, { headers, body })
}

function isProblem(answer: Answer, status: number, code: string, what: string): void {
  assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text}`)
  assert.equal(answer.body.code, code, what)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  assert.doesNotMatch(answer.text, /\.ts:\d|node_modules|at async|SELECT|select /, `${what}: an inside shows`)
}

test('bodies that cannot be read', async () => {
  const good = '{"name":"a","colour":"teal"}'
  for (const [what, body] of [
    ['cut off', '{"name":'],
    ['no JSON', 'name=a'],
    ['empty', ''],
    ['two documents', `${good}${good}`],
    ['a trailing comma', '{"name":"a",}'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    ['a byte order mark', `\ufeff${good}`],
  ] as const) {
    isProblem(await post(body), 400, 'bad_request', what)
  }
})

test('bodies of another kind', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    null,
  ]) {
    isProblem(await post('{"name":"a","colour":"teal"}', type), 415, 'unsupported_media', String(type))
  }
})

test('bodies that are too large', async () => {
  isProblem(await post(`{"name":"${'a'.repeat(10 * 1024 * 1024)}"}`), 413, 'body_too_large', 'ten megabytes')
  const hook = await postHook(
    desk,
    stage.apiInbox,
    JSON.stringify({ type: 'message', text: 'a'.repeat(10 * 1024 * 1024) }),
  )
  isProblem(hook, 413, 'body_too_large', 'a hook of ten megabytes')
})

test('lists without end and nesting without bottom are refused, and nobody waits for it', async () => {
  const { workspaceId, client } = stage.owner
  const path = `/api/v1/workspaces/${workspaceId}/conversations/${stage.ids.conversation}/messages`
  const headers = { 'content-type': 'application/json', 'x-csrf-token': await client.token() }
  const send = (attachmentIds: string) => {
    const body = `{"clientMessageId":"${newClientId()}","text":"a","seenNumber":1,"attachmentIds":${attachmentIds}}`
    return client.raw('POST', path, { headers, body })
  }
  const many = await send(`[${'"a",'.repeat(60_000)}"a"]`)
  isProblem(many, 422, 'invalid_fields', 'sixty thousand')
  assert.deepEqual(many.body.fields, [{ field: 'attachmentIds', code: 'too_many' }])
  isProblem(await send(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 422, 'invalid_fields', 'lists in lists')
  isProblem(await post('['.repeat(100_000) + ']'.repeat(100_000)), 422, 'invalid_fields', 'nothing but brackets')
  isProblem(await post('{"a":'.repeat(40_000) + 1 + '}'.repeat(40_000)), 422, 'invalid_fields', 'objects in objects')
  assert.doesNotMatch(desk.logged(), /a bug/)
})

test('values of the wrong type or size name their field', async () => {
  for (const [what, body, field] of [
    ['a number', { name: 5, colour: 'teal' }, 'name'],
    ['an array', { name: ['a'], colour: 'teal' }, 'name'],
    ['null', { name: null, colour: 'teal' }, 'name'],
    ['nothing', { colour: 'teal' }, 'name'],
    ['blank', { name: '   ', colour: 'teal' }, 'name'],
    ['too long', { name: 'a'.repeat(41), colour: 'teal' }, 'name'],
    ['no choice', { name: 'a', colour: 'ultraviolet' }, 'colour'],
    ['an unknown field', { name: 'a', colour: 'teal', workspaceId: 'x' }, 'workspaceId'],
    ['NUL', { name: 'a\u0000b', colour: 'teal' }, 'name'],
  ] as const) {
    const answer = await post(JSON.stringify(body))
    isProblem(answer, 422, 'invalid_fields', what)
    assert.ok(
      answer.body.fields.some((one: { field: string }) => one.field === field),
      `${what}: ${answer.text}`,
    )
  }
  isProblem(await post('{"name":"\\ud800","colour":"teal"}'), 422, 'invalid_fields', 'a lone surrogate')
  isProblem(await post('{"__proto__":{"x":1},"name":"a","colour":"teal"}'), 422, 'invalid_fields', 'a prototype')
  isProblem(await post('[]'), 422, 'invalid_fields', 'an array for an object')
  const { tags } = await done(stage, listTags, { params: { workspaceId: stage.owner.workspaceId } })
  assert.equal(tags.length, 1, 'nothing of all this was kept')
})

test('ids that are none, or of another kind, or nobody’s', async () => {
  const { client, workspaceId } = stage.owner
  const at = (id: string) => client.raw('GET', `/api/v1/workspaces/${workspaceId}/conversations/${id}`)
  for (const id of [
    '1',
    "'; drop table x--",
    stage.ids.tag ?? '',
    `${stage.ids.conversation}0`,
    stage.ids.conversation?.toUpperCase() ?? '',
  ]) {
    const answer = await at(encodeURIComponent(id))
    assert.ok([404, 422].includes(answer.status), `${id}: ${answer.status}`)
  }
  isProblem(await at('cnv_01m85vbsg0embsq5w1wbnv1z1g'), 404, 'not_found', 'an id of nobody')
  for (const path of [
    '/api/v1/workspaces/..%2f..%2fetc',
    '/api/v1/workspaces/%00',
    '/%c0%af',
    '/api/v1/workspaces/%',
  ]) {
    const answer = await client.raw('GET', path)
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`)
    assert.doesNotMatch(answer.text, /\.ts:\d|node_modules/)
  }
})

test('queries that do not fit', async () => {
  const { client, workspaceId } = stage.owner
  const list = (query: string) => client.raw('GET', `/api/v1/workspaces/${workspaceId}/conversations?${query}`)
  for (const query of [
    '',
    'view=everything',
    'view=all&limit=0',
    'view=all&limit=101',
    'view=all&limit=x',
    'view=all&x=1',
    'view=all&view=mine',
    'view=all&cursor=%27',
  ]) {
    const answer = await list(query)
    isProblem(answer, 422, 'invalid_fields', query)
  }
  const forged = await list('view=all&cursor=W10')
  assert.ok([400, 422].includes(forged.status), `a forged cursor: ${forged.status}`)
})

test('methods an address does not know', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const answer = await desk.client().raw(method, tagsPath)
    isProblem(answer, 405, 'method_not_allowed', method)
    assert.equal(answer.headers.allow, 'GET, POST')
  }
})

test('hooks that are unsigned, stale, altered or for nobody', async () => {
  const path = `/hooks/api/${stage.apiInbox.key}`
  const body = JSON.stringify({ type: 'message', id: 'x', from: { id: 'c' }, text: 'never kept' })
  const json = { 'content-type': 'application/json' }
  isProblem(await desk.client().raw('POST', path, { headers: json, body }), 401, 'bad_signature', 'unsigned')
  const wrongKey = { ...stage.apiInbox, signingSecret: `whsec_${Buffer.alloc(32).toString('base64')}` }
  isProblem(await postHook(desk, wrongKey, body), 401, 'bad_signature', 'signed with another secret')
  const nobody = { key: 'zzzzzzzzzzzzzzzzzzzz', signingSecret: stage.apiInbox.signingSecret }
  isProblem(await postHook(desk, nobody, body), 404, 'not_found', 'an inbox of nobody')
  const webchat = await desk.client().raw('POST', `/hooks/webchat/${stage.webchatInbox.key}`, { headers: json, body })
  isProblem(webchat, 404, 'not_found', 'a channel without hooks')
})

/** Markup, templates, formulas and marks that reverse writing, as they come in the wild. */
const HOSTILE = [
  '<script>window.__xss=1</script>',
  '"><img src=x onerror=window.__xss=1>',
  'javascript:window.__xss=1//',
  '<svg onload=window.__xss=1>',
  '{{constructor.constructor("return 1")()}}',
  '#{7*7}',
  '=HYPERLINK("https://evil.example")',
  '\u202egnp.exe',
  "'; drop table desk.message; --",
].join(' ')

test('hostile text in every field comes back as the text it is', async () => {
  const workspace = { workspaceId: stage.owner.workspaceId }
  const name = HOSTILE.slice(0, 100)
  await postMessage(desk, stage.apiInbox, { from: { id: 'hostile', name }, text: HOSTILE })
  const row = await until(async () => {
    const page = await done(stage, conversations.listConversations, { params: workspace, query: { view: 'all' } })
    return page.conversations.find((one: { contact: { name: string } }) => one.contact.name === name)
  }, 'the hostile conversation')
  const one = { ...workspace, conversationId: row.id }
  const reply = { clientMessageId: newClientId(), text: HOSTILE, attachmentIds: [], seenNumber: 9 }
  assert.equal((await done(stage, conversations.sendMessage, { params: one, body: reply })).text, HOSTILE)
  const note = { clientMessageId: newClientId(), text: HOSTILE, attachmentIds: [] }
  assert.equal((await done(stage, conversations.writeNote, { params: one, body: note })).text, HOSTILE)
  const { items } = await done(stage, conversations.getThread, { params: one })
  assert.deepEqual(
    items.filter((item: { text?: string }) => item.text).map((item: { text: string }) => item.text),
    [HOSTILE, HOSTILE, HOSTILE],
  )
  const tag = await done(stage, createTag, { params: workspace, body: { name: HOSTILE.slice(0, 40), colour: 'teal' } })
  assert.equal(tag.name, HOSTILE.slice(0, 40))
  const saved = { shortcut: '<b>', title: HOSTILE.slice(0, 100), text: HOSTILE, language: 'en' }
  assert.equal((await done(stage, createSavedReply, { params: workspace, body: saved })).text, HOSTILE)
  const contact = { params: { ...workspace, contactId: row.contact.id }, body: { comment: HOSTILE } }
  assert.equal((await done(stage, updateContact, contact)).comment, HOSTILE)
  for (const q of [HOSTILE.slice(0, 200), "' or 1=1", '%', '_', '\\', '**', 'a & | ! b:*']) {
    await done(stage, conversations.search, { params: workspace, query: { q } })
  }
  assert.doesNotMatch(desk.logged(), /a bug/)
})
