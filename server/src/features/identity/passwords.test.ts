/**
 * What bcrypt alone would get wrong: the 73rd byte, the zero byte, two keyboards for one letter, an unknown user that
 * answers faster, and a rush of sign-ins that stops the desk.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash, verify } from '@node-rs/bcrypt'
import { createPasswords, type StoredPassword } from './passwords.ts'

const pepper = Buffer.alloc(32, 7)
const passwords = createPasswords({ peppers: new Map([[1, pepper]]) })

async function store(password: string, by = passwords): Promise<StoredPassword> {
  const stored = await by.hashPassword(password)
  if (stored === 'busy') throw new Error('the queue was full')
  return stored
}

async function assertDiffer(kept: string, tried: string): Promise<void> {
  const stored = await store(kept)
  assert.equal(await passwords.verifyPassword(kept, stored), 'match')
  assert.equal(await passwords.verifyPassword(tried, stored), 'mismatch')
}

test('a hash is bcrypt 2b at cost 12, differs each time, and holds nothing of the password', async () => {
  const [one, two] = await Promise.all([store('correct horse battery'), store('correct horse battery')])
  assert.match(one.hash, /^\$2b\$12\$[./A-Za-z0-9]{53}$/)
  assert.notEqual(one.hash, two.hash)
  assert.equal(one.pepperVersion, 1)
  assert.equal(passwords.needsRehash(one), false)
})

test('the 73rd byte matters, where bcrypt itself would not see it', async () => {
  const long = 'k'.repeat(72)
  assert.equal(await verify(`${long}x`, await hash(`${long}y`, { cost: 4 })), true, 'the trap is real')
  await assertDiffer(`${long}x`, `${long}y`)
  await assertDiffer(long, `${long}x`)
})

test('the last of 64 four-byte emoji matters', async () => {
  const emoji = Array.from({ length: 64 }, (_, index) => String.fromCodePoint(0x1f400 + index))
  await assertDiffer(emoji.join(''), `${emoji.slice(0, 63).join('')}🎈`)
})

test('what follows a zero byte matters', () => assertDiffer('a\0b', 'a\0c'))

test('letters that two keyboards spell differently are one password; other changes are not made', async () => {
  const stored = await store('সময় বদলায় \u09df')
  assert.equal(await passwords.verifyPassword('সময় বদলায় \u09af\u09bc', stored), 'match')
  await assertDiffer('Trailing space stays ', 'Trailing space stays')
  await assertDiffer('Capitals stay', 'capitals stay')
})

test('another pepper opens nothing; an older pepper still does and asks for a new hash', async () => {
  const stored = await store('correct horse battery')
  const elsewhere = createPasswords({ peppers: new Map([[1, Buffer.alloc(32, 8)]]) })
  assert.equal(await elsewhere.verifyPassword('correct horse battery', stored), 'mismatch')
  const peppers = new Map([
    [1, pepper],
    [2, Buffer.alloc(32, 9)],
  ])
  const renewed = createPasswords({ peppers })
  assert.equal(await renewed.verifyPassword('correct horse battery', stored), 'match')
  assert.equal(renewed.needsRehash(stored), true)
  assert.equal((await store('correct horse battery', renewed)).pepperVersion, 2)
})

test('a cheaper hash asks to be made again', async () => {
  const cheap = { hash: await hash('x', { cost: 10 }), pepperVersion: 1 }
  assert.equal(passwords.needsRehash(cheap), true)
})

test('a user who does not exist costs one full hash, as a wrong password does, and never matches', async () => {
  const stored = await store('correct horse battery')
  const before = passwords.evaluations()
  assert.equal(await passwords.verifyPassword('wrong', stored), 'mismatch')
  assert.equal(await passwords.verifyPassword('wrong', null), 'mismatch')
  assert.equal(passwords.evaluations() - before, 2)
})

test('a stored hash that is none is a fault to be seen, not a quick wrong password', async () => {
  for (const broken of ['', 'plain text', '$2b$12$short', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA']) {
    await assert.rejects(passwords.verifyPassword('x', { hash: broken, pepperVersion: 1 }), RangeError)
  }
  await assert.rejects(
    passwords.verifyPassword('x', { hash: await hash('x', { cost: 4 }), pepperVersion: 9 }),
    /pepper/,
  )
})

test('the queue runs so many at once, lets so many wait, and turns the rest away at once', async () => {
  const small = createPasswords({ peppers: new Map([[1, pepper]]), hashesAtOnce: 1, queueDepth: 2 })
  const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((password) => small.verifyPassword(password, null)))
  assert.deepEqual(answers, ['mismatch', 'mismatch', 'mismatch', 'busy', 'busy'])
  assert.equal(small.evaluations(), 3)
  assert.equal(await small.verifyPassword('f', null), 'mismatch')
})
