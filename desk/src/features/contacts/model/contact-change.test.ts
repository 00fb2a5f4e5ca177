/** Only what was changed of a contact is sent, and an emptied field is forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callOf, changeOf, fieldsOf } from './contact-change.ts'

const MITU = { name: 'Mitu', phone: '+8801712345678', email: null, comment: null }

test('nothing changed is nothing sent, white space is no change', () => {
  assert.deepEqual(changeOf(MITU, fieldsOf(MITU)), {})
  assert.deepEqual(changeOf(MITU, { ...fieldsOf(MITU), name: ' Mitu ', email: '  ' }), {})
})

test('a changed field is sent trimmed, an emptied one as null', () => {
  const fields = { ...fieldsOf(MITU), name: ' মিতু আক্তার ', phone: '' }
  assert.deepEqual(changeOf(MITU, fields), { name: 'মিতু আক্তার', phone: null })
})

test('somebody without a name is called by their address', () => {
  const address = {
    id: 'adr_1',
    inboxId: 'inb_1',
    channel: 'webchat',
    label: 'Visitor 1F71',
    isVerified: false,
  } as const
  assert.equal(callOf({ name: 'Mitu', addresses: [address] }), 'Mitu')
  assert.equal(callOf({ name: null, addresses: [address] }), 'Visitor 1F71')
  assert.equal(callOf({ name: null, addresses: [] }), null)
})
