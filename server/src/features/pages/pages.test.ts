/** What browsers are told of the pages: who may frame them, and which scripts are theirs. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { makeStage, type Stage } from '#test/support/stage.ts'

let desk: TestDesk
let stage: Stage
before(async () => {
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
})

const chat = (key: string) => desk.client().raw('GET', `/widget/${key}`, { origin: 'widget' })

test('the chat’s page leaves framing to its policy; a page that is not there may be framed by nobody', async () => {
  const shown = await chat(stage.webchatInbox.key)
  assert.equal(shown.status, 200)
  assert.equal(shown.headers['x-frame-options'], undefined)
  assert.match(String(shown.headers['content-security-policy']), /frame-ancestors/)
  const absent = await chat('aaaaaaaaaaaaaaaaaaaa')
  assert.equal(absent.status, 404)
  assert.equal(absent.headers['x-frame-options'], 'DENY')
})

test('a page carries a fresh mark for its scripts each time, the same in policy and text', async () => {
  const load = async () => {
    const { headers, text } = await desk.client().raw('GET', '/signin')
    const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
    assert.ok(nonce && text.includes(`nonce="${nonce}"`))
    assert.doesNotMatch(text, /__NONCE__/)
    return nonce
  }
  assert.notEqual(await load(), await load())
})
