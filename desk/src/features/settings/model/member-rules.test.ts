/** What the members page offers is what the server would grant. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStepDown, rolesToGive, rulesFor } from './member-rules.ts'

const owner = { id: 'a', role: 'owner' } as const
const second = { id: 'b', role: 'owner' } as const
const admin = { id: 'c', role: 'admin' } as const
const agent = { id: 'd', role: 'agent' } as const
const team = [owner, second, admin, agent]

test('an owner gives every role, an admin every role but owner', () => {
  assert.deepEqual(rulesFor(owner, agent, team).roles, ['owner', 'admin', 'agent', 'viewer'])
  assert.deepEqual(rulesFor(admin, agent, team).roles, ['admin', 'agent', 'viewer'])
  assert.deepEqual(rolesToGive('admin'), ['admin', 'agent', 'viewer'])
})

test('an admin neither changes nor removes an owner', () => {
  const rules = rulesFor(admin, owner, team)
  assert.deepEqual(rules.roles, [])
  assert.equal(rules.mayRemove, false)
})

test('the last owner stays, whoever asks, and one of two does not have to', () => {
  const alone = [owner, admin, agent]
  assert.deepEqual(rulesFor(owner, owner, alone), { roles: [], mayRemove: false, isLastOwner: true })
  const one = rulesFor(owner, owner, team)
  assert.equal(one.isLastOwner, false)
  assert.equal(one.mayRemove, true)
  assert.ok(one.roles.includes('admin'))
})

test('agents and viewers change nobody', () => {
  for (const actor of [agent, { id: 'e', role: 'viewer' } as const]) {
    for (const target of team) {
      const rules = rulesFor(actor, target, team)
      assert.deepEqual(rules.roles, [])
      assert.equal(rules.mayRemove, false)
    }
  }
})

test('fewer rights than now are a step down', () => {
  assert.equal(isStepDown('owner', 'admin'), true)
  assert.equal(isStepDown('agent', 'viewer'), true)
  assert.equal(isStepDown('agent', 'admin'), false)
  assert.equal(isStepDown('agent', 'agent'), false)
})
