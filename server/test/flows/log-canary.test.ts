/**
 * Logs hold ids and never content, also when everything goes wrong: refusals of every kind, the database refusing rows
 * whose values its words quote, bugs whose errors quote what did not fit, a crash of the whole program. At the lowest
 * level, so that nothing is unheard. The hunt finds a word that was logged on purpose, and each error it provoked.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as conversations from '@central-desk/contract/conversations.ts'
import { signIn, signUp } from '@central-desk/contract/session.ts'
import { createSavedReply, createTag } from '@central-desk/contract/workspaces.ts'
import { withClient } from '#src/postgres/address.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { huntIn } from '#test/support/hunt.ts'
import { launchProgram, processesIn } from '#test/support/program.ts'
import { makeStage, newClientId, postHook, type Stage, until } from '#test/support/stage.ts'

/** In letters only, so that it may stand in names, addresses and paths. */
const WORD = `canary${randomBytes(8)
  .toString('hex')
  .replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}`

let desk: TestDesk
let stage: Stage
before(async () => {
  desk = await bootDesk()
  stage = await makeStage(desk, 'Shapla Crafts', 'marker')
})

const workspace = () => ({ workspaceId: stage.owner.workspaceId })
const one = () => ({ ...workspace(), conversationId: stage.ids.conversation ?? '' })

function assertUnsaid(): void {
  assert.deepEqual(huntIn(Buffer.from(desk.logged()), 'log', [WORD]), [])
}

/** Lines of the log since that length, as objects. */
function linesSince(length: number): { level: number; status?: number; error?: { code?: string; kind: string } }[] {
  const lines = desk.logged().slice(length).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

async function asOwner(sql: string): Promise<void> {
  await withClient(desk.database.superuser, (client) => client.query(sql))
}

test('refusals of every kind name no word of what was refused', async () => {
  const before = desk.logged().length
  const { client } = stage.owner
  const nobody = desk.client()
  const stranger = { name: WORD, email: `${WORD}@mail.example`, password: WORD, workspaceName: WORD, language: WORD }
  const json = { 'content-type': 'application/json' }
  const hook = `/hooks/api/${stage.apiInbox.key}`
  const signed = { 'webhook-id': WORD, 'webhook-timestamp': WORD, 'webhook-signature': `v1,${WORD}` }
  const answers: Answer[] = [
    await nobody.call(signUp, { body: stranger }),
    await nobody.call(signIn, { body: { email: `${WORD}@mail.example`, password: WORD, sharedComputer: false } }),
    await nobody.call(signIn, { body: { [WORD]: WORD } }),
    await client.call(createTag, { params: workspace(), body: { name: WORD, colour: WORD } }),
    await client.call(conversations.search, { params: workspace(), query: { q: WORD.repeat(20) } }),
    await client.call(conversations.sendMessage, { params: one(), body: { text: WORD, clientMessageId: WORD } }),
    await client.call(conversations.saveDraft, { params: { ...one(), mode: WORD }, body: { text: WORD } }),
    await client.raw('POST', '/api/v1/session', { headers: json, body: `{"${WORD}": ` }),
    await client.raw('POST', `/${WORD}?${WORD}=${WORD}`, { headers: { ...json, 'x-csrf-token': WORD }, body: '{}' }),
    await client.raw('GET', '/api/v1/session', { headers: { host: `${WORD}.example` } }),
    await client.raw('GET', `/%${WORD}`, { headers: { cookie: WORD, referer: WORD, 'user-agent': WORD } }),
    await nobody.raw('POST', hook, { headers: { ...json, ...signed }, body: `{"text":"${WORD}"}` }),
    await postHook(desk, stage.apiInbox, `{"type":"message","text":"${WORD}"`),
  ]
  assert.deepEqual(
    answers.filter(({ status }) => status >= 500 || (status < 400 && status !== 200)).map(({ text }) => text),
    [],
  )
  const refused = linesSince(before).filter(({ status }) => (status ?? 0) >= 400)
  assert.ok(refused.length >= 10, `only ${refused.length} refusals were logged`)
  assertUnsaid()
})

test('the database refuses rows and quotes them, and the log says code and constraint', async () => {
  const before = desk.logged().length
  const { client } = stage.owner
  await asOwner(`alter table desk.saved_reply add constraint planted check (title not like 'canary%')`)
  const reply = { shortcut: 'c', title: WORD, text: WORD, language: 'en' }
  const refused = await client.call(createSavedReply, { params: workspace(), body: reply })
  assert.equal(refused.status, 500)
  await asOwner(`
    create function public.planted() returns trigger language plpgsql as
      $$ begin raise exception 'the row % and ${WORD}', to_jsonb(new) using detail = '${WORD}', hint = '${WORD}'; end $$`)
  await asOwner('create trigger planted before insert on desk.note for each row execute function public.planted()')
  await asOwner('create trigger planted before insert on desk.message for each row execute function public.planted()')
  const note = { clientMessageId: newClientId(), text: WORD, attachmentIds: [] }
  assert.equal((await client.call(conversations.writeNote, { params: one(), body: note })).status, 500)
  const body = JSON.stringify({ type: 'message', id: 'm', from: { id: WORD, name: WORD }, text: WORD })
  assert.equal((await postHook(desk, stage.apiInbox, body)).status, 200)
  const storing = await until(async () => {
    const lines = linesSince(before).filter((line) => JSON.stringify(line).includes('an event could not be stored'))
    return lines.length > 0 ? lines : null
  }, 'the loop that cannot store it')
  const codes = [...linesSince(before), ...storing].map(({ error }) => error?.code)
  assert.ok(codes.includes('23514') && codes.includes('P0001'), codes.join())
  assertUnsaid()
})

test('a bug whose error quotes what somebody wrote is told by kind and place', async () => {
  const before = desk.logged().length
  const vault = desk.kernel.vault as { open: (workspaceId: string) => Promise<unknown> }
  const open = vault.open
  const bugs: (() => unknown)[] = [
    () => JSON.parse(WORD),
    () => 'text' in (WORD as unknown as object),
    () => Buffer.alloc(WORD as unknown as number),
  ]
  for (const bug of bugs) {
    vault.open = async () => bug()
    const answer = await stage.owner.client.call(conversations.getThread, { params: one() })
    assert.deepEqual([answer.status, answer.text.includes(WORD)], [500, false])
  }
  vault.open = open
  const kinds = linesSince(before).flatMap(({ error }) => error?.kind ?? [])
  assert.ok(kinds.includes('SyntaxError') && kinds.includes('TypeError'), kinds.join())
  assertUnsaid()
})

test('the hunt finds what is logged on purpose', () => {
  assertUnsaid()
  desk.kernel.log.debug({ text: WORD }, 'a control')
  assert.equal(huntIn(Buffer.from(desk.logged()), 'log', [WORD]).length, 1)
})

test('a crash of the whole program says kind and place, no values, and leaves no database', async () => {
  const place = mkdtempSync(join(tmpdir(), 'central-desk-crash-'))
  after(() => rmSync(place, { recursive: true, force: true }))
  chmodSync(place, 0o711)
  const crash = `
    const error = Object.assign(new Error('Key (email)=(${WORD}) already exists'), { severity: 'ERROR', code: '23505',
      detail: '${WORD}', where: '${WORD}' })
    setInterval(() => Promise.reject(new SyntaxError('${WORD} is not valid JSON')), 100).unref()
    const look = setInterval(() => {
      if (process.getActiveResourcesInfo().includes('TCPServerWrap')) throw error
    }, 50)
    look.unref()`
  writeFileSync(join(place, 'crash.mjs'), crash)
  const env = { NODE_OPTIONS: `--import=${join(place, 'crash.mjs')}`, LOG_LEVEL: 'debug' }
  const home = join(place, 'home')
  const crashed = await launchProgram({ home, env })
  assert.equal(await crashed.ended, 1)
  const said = crashed.said()
  assert.match(said, /"level":60,"error":\{"kind":"Error","code":"23505"/)
  assert.match(said, /an unhandled rejection/)
  assert.deepEqual(huntIn(Buffer.from(said), 'standard error', [WORD]), [])
  assert.deepEqual(huntIn(readFileSync(join(home, 'postgres.log')), 'postgres.log', [WORD]), [])
  await until(async () => (processesIn(join(home, 'postgres', 'data')).length === 0 ? true : null), 'no database')
})
