/**
 * Who a visitor is: anonymous by a token that nobody can read back, identified by the site's word for a day, and never
 * anybody else. Other inboxes, other workspaces and switched-off inboxes are closed to every token.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createInbox, rotateInboxSecret, updateInbox } from '@central-desk/contract/inboxes.ts'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { type Person, signUpOwner } from '#test/support/people.ts'
import { signJwt, Visitor } from '#test/support/visitor.ts'

const HOUR_S = 3_600

type Inbox = { id: string; key: string; signingSecret: string }
let desk: TestDesk
let rahima: Person
let kabir: Person
let admin: pg.Client
let shop: Inbox
let outlet: Inbox
let abroad: Inbox

before(async () => {
  desk = await bootDesk()
  const at = (name: string) => ({ name, email: `${name.toLowerCase()}@desk.example`, workspaceName: `${name} Ltd` })
  rahima = await signUpOwner(desk, at('Rahima'))
  kabir = await signUpOwner(desk, at('Kabir'))
  admin = await connect(desk.database.superuser)
  const settings = { colour: '#c2185b', greeting: 'কেমন আছেন?' }
  shop = await connectInbox(rahima, settings)
  outlet = await connectInbox(rahima)
  abroad = await connectInbox(kabir)
})
after(() => admin.end())

async function connectInbox(by: Person, settings: object = {}, channel = 'webchat'): Promise<Inbox> {
  const body = { channel, name: 'Shop', settings }
  const answer = await by.client.call(createInbox, { params: { workspaceId: by.workspaceId }, body })
  assert.equal(answer.status, 201, answer.text)
  return { ...answer.body.inbox, signingSecret: answer.body.signingSecret }
}

const paramsOf = (inbox: Inbox) => ({ workspaceId: rahima.workspaceId, inboxId: inbox.id })
const nowS = () => Math.floor(desk.clock.now().getTime() / 1000)

function proofOf(inbox: Inbox, sub: string, claims: object = {}, secret = inbox.signingSecret): string {
  return signJwt(secret, { sub, aud: inbox.key, exp: nowS() + HOUR_S, ...claims })
}

test('an anonymous visit begins with a token, is resumed by it, and leaves only a hash behind', async () => {
  const visitor = new Visitor(desk, shop.key)
  const begun = await visitor.start()
  assert.equal(begun.status, 201)
  const { token, ...session } = begun.body
  assert.match(token, /^[A-Za-z0-9_-]{43}$/)
  assert.match(session.visitorId, /^vis_/)
  assert.deepEqual([session.isIdentified, session.name], [false, null])
  assert.deepEqual(session.inbox, { name: 'Rahima Ltd', colour: '#c2185b', greeting: 'কেমন আছেন?' })
  assert.equal(begun.headers['set-cookie'], undefined)
  const resumed = await new Visitor(desk, shop.key).start({ token })
  assert.deepEqual([resumed.status, resumed.body.token, resumed.body.visitorId], [201, null, session.visitorId])
  const { rows } = await admin.query('select * from desk.visitor')
  for (const row of rows) assert.doesNotMatch(JSON.stringify(row), new RegExp(token))
  assert.doesNotMatch(desk.logged(), new RegExp(token))
})

test('no token, a made-up one and one that was altered are nobody', async () => {
  const visitor = await Visitor.come(desk, shop.key)
  const good = visitor.client.bearer ?? ''
  for (const bearer of [null, 'x'.repeat(43), `${good}A`, `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`]) {
    visitor.client.bearer = bearer
    for (const answer of [
      await visitor.list(),
      await visitor.write('hello'),
      await visitor.upload('a', Buffer.from('a')),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [401, 'not_signed_in'])
    }
  }
  assert.equal((await visitor.start({ token: 'x'.repeat(43) })).status, 401)
})

test('a token opens its own inbox only', async () => {
  const visitor = await Visitor.come(desk, shop.key)
  for (const other of [outlet, abroad]) {
    const elsewhere = new Visitor(desk, other.key)
    elsewhere.client.bearer = visitor.client.bearer
    assert.equal((await elsewhere.list()).status, 401)
    assert.equal((await elsewhere.start({ token: visitor.client.bearer ?? '' })).status, 401)
  }
})

test('who the site signs is that person on every device, with the name the site gave', async () => {
  const claims = { name: 'Mitu Akter', email: 'mitu@example.com' }
  const phone = new Visitor(desk, shop.key)
  const begun = await phone.start({ identity: proofOf(shop, 'mitu-017', claims) })
  assert.deepEqual([begun.status, begun.body.isIdentified, begun.body.name], [201, true, 'Mitu Akter'])
  assert.equal((await phone.write('from the phone')).status, 202)
  await phone.thread(1)
  const laptop = await Visitor.come(desk, shop.key, { identity: proofOf(shop, 'mitu-017', claims) })
  assert.deepEqual(
    (await laptop.thread(1)).map(({ text }) => text),
    ['from the phone'],
  )
  // Another person, an anonymous visitor, and the same id at another inbox see nothing of it.
  for (const stranger of [
    await Visitor.come(desk, shop.key, { identity: proofOf(shop, 'mitu-018') }),
    await Visitor.come(desk, shop.key),
    await Visitor.come(desk, outlet.key, { identity: proofOf(outlet, 'mitu-017') }),
    await Visitor.come(desk, abroad.key, { identity: proofOf(abroad, 'mitu-017') }),
  ]) {
    assert.deepEqual((await stranger.list()).body, { messages: [], hasMore: false })
  }
  const { rows } = await admin.query('select * from desk.visitor')
  for (const row of rows) {
    for (const word of ['mitu-017', 'Mitu', 'mitu@example.com']) {
      for (const value of Object.values(row)) {
        const bytes = Buffer.isBuffer(value) ? value : Buffer.from(String(value))
        assert.equal(bytes.indexOf(word), -1)
      }
    }
  }
})

test('no site can sign somebody into an anonymous visitor’s thread', async () => {
  const visitor = await Visitor.come(desk, shop.key)
  await visitor.write('only mine')
  await visitor.thread(1)
  const { rows } = await admin.query('select id from desk.visitor order by id desc limit 1')
  for (const sub of [rows[0].id, `anon:${rows[0].id}`]) {
    const pretender = await Visitor.come(desk, shop.key, { identity: proofOf(shop, sub) })
    assert.deepEqual((await pretender.list()).body.messages, [])
  }
})

test('a proof that does not fit is refused as a whole', async () => {
  const good = proofOf(shop, 'mitu-017')
  const bad = {
    'of another inbox': proofOf(outlet, 'mitu-017'),
    'with another secret': proofOf(shop, 'mitu-017', {}, outlet.signingSecret),
    'for another audience': proofOf(shop, 'mitu-017', { aud: outlet.key }),
    'that ran out': proofOf(shop, 'mitu-017', { exp: nowS() }),
    'for longer than a day': proofOf(shop, 'mitu-017', { exp: nowS() + 25 * HOUR_S }),
    'of nobody': proofOf(shop, ''),
    unsigned: `${signJwt('', { sub: 'mitu-017', aud: shop.key, exp: nowS() + HOUR_S }, { alg: 'none' })}`,
    'without a signature': `${good.split('.').slice(0, 2).join('.')}.`,
    'that is no JWT': 'hello',
  }
  for (const [what, identity] of Object.entries(bad)) {
    const answer = await new Visitor(desk, shop.key).start({ identity })
    assert.deepEqual([answer.status, answer.body.code], [401, 'bad_signature'], what)
  }
  assert.doesNotMatch(desk.logged(), /mitu-017/)
})

test('after a rotation the site may sign with either secret for a day', async () => {
  const rotated = await rahima.client.call(rotateInboxSecret, { params: paramsOf(outlet) })
  const { signingSecret } = rotated.body
  const startsWith = async (secret: string) =>
    (await new Visitor(desk, outlet.key).start({ identity: proofOf(outlet, 'x', {}, secret) })).status
  assert.deepEqual([await startsWith(outlet.signingSecret), await startsWith(signingSecret)], [201, 201])
  desk.clock.advance(24 * HOUR_S * 1000)
  assert.deepEqual([await startsWith(outlet.signingSecret), await startsWith(signingSecret)], [401, 201])
})

test('an identified visit is over after a day, an anonymous one is not', async () => {
  const identified = await Visitor.come(desk, shop.key, { identity: proofOf(shop, 'mitu-017') })
  const anonymous = await Visitor.come(desk, shop.key)
  // A token of an identified visitor resumes nothing: the site vouches each time.
  assert.equal((await identified.start({ token: identified.client.bearer ?? '' })).status, 401)
  desk.clock.advance(24 * HOUR_S * 1000 - 1)
  assert.equal((await identified.list()).status, 200)
  desk.clock.advance(1)
  assert.deepEqual([(await identified.list()).status, (await anonymous.list()).status], [401, 200])
})

test('an inbox that is off, unknown or of another channel takes no visitors', async () => {
  const visitor = await Visitor.come(desk, outlet.key)
  await rahima.client.call(updateInbox, { params: paramsOf(outlet), body: { isEnabled: false } })
  assert.equal((await visitor.list()).status, 401)
  assert.equal((await new Visitor(desk, outlet.key).start()).status, 404)
  const api = await connectInbox(rahima, {}, 'api')
  for (const key of [api.key, 'a'.repeat(20)]) assert.equal((await new Visitor(desk, key).start()).status, 404)
})

test('the desk’s own origin knows none of these addresses', async () => {
  const answer = await desk.client().raw('POST', `/widget/api/${shop.key}/sessions`, {
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(answer.status, 404)
})
