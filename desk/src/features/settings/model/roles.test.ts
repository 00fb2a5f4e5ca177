/** The role matrix says everything the permission table holds, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PERMISSIONS, ROLES, roleMay } from '@central-desk/contract/permissions.ts'
import { membersWords } from '../words/members.ts'
import { ABILITIES, type Ability, hasAbility, roleMatrix } from './roles.ts'

test('every permission stands in exactly one ability, so that the page is silent about none', () => {
  const listed: string[] = Object.values(ABILITIES).flat()
  assert.deepEqual([...listed].sort(), [...PERMISSIONS].sort())
})

test('no ability mixes permissions that different roles hold: "can" is all of it, "cannot" is none of it', () => {
  for (const [ability, permissions] of Object.entries(ABILITIES)) {
    for (const role of ROLES) {
      const held = permissions.filter((permission) => roleMay(role, permission)).length
      assert.ok(held === 0 || held === permissions.length, `${role} holds a part of ${ability}`)
    }
  }
})

test('the matrix has a row for each ability and says of each role what the table says', () => {
  const matrix = roleMatrix()
  assert.equal(matrix.length, Object.keys(ABILITIES).length)
  const can = (role: (typeof ROLES)[number]) => matrix.filter(({ may }) => may[role]).map(({ ability }) => ability)
  assert.deepEqual(can('viewer'), ['read'])
  assert.deepEqual(can('agent'), ['read', 'answer', 'note', 'organise', 'contacts', 'replies'])
  assert.equal(hasAbility('admin', 'owners'), false)
  assert.deepEqual(can('owner'), Object.keys(ABILITIES))
})

test('each ability is said in both languages', () => {
  const names = Object.keys(ABILITIES).sort()
  for (const words of [membersWords.en, membersWords.bn]) {
    assert.deepEqual(Object.keys(words.abilities).sort(), names)
    for (const name of names) assert.ok(words.abilities[name as Ability].length > 5)
  }
})
