/**
 * Every route of a workspace, asked by everybody: each role, a member of another workspace, nobody. What comes out is
 * `golden/access-matrix.txt`, so that one changed tick is one line of a review; and it must agree with the permission
 * table. A refusal changes no row but the trail.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { type Permission, ROLES, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import { composedRoutes, routesTable } from '#src/routes-cli.ts'
import type { Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { assertGolden } from '#test/support/golden.ts'
import type { Person } from '#test/support/people.ts'
import { ownCall, WORKSPACE_ENDPOINTS } from '#test/support/route-cases.ts'
import { makeStage, type Stage } from '#test/support/stage.ts'

let desk: TestDesk
let shapla: Stage
let stranger: Client
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
  shapla = await makeStage(desk, 'Shapla Crafts', 'Own')
  stranger = (await makeStage(desk, 'Meghna Telecom', 'Next door')).owner.client
})

async function answerFor(client: Client, endpoint: Endpoint, as?: Person): Promise<number> {
  // Acts that use something up get a fresh one for each who asks.
  return (await client.call(endpoint, await ownCall(shapla, endpoint, as))).status
}

let networks = 0
/** Somebody without a session, from a network that has not asked before: strangers' budgets are small. */
function somebody(): Client {
  const client = desk.client()
  networks += 1
  client.network = `10.1.${networks >> 8}.${networks & 255}`
  return client
}

function expectedFor(role: Role, endpoint: Endpoint): number {
  return roleMay(role, endpoint.access as Permission) ? endpoint.status : 403
}

test('the matrix agrees with the permission table and with its golden file', async () => {
  const lines: string[] = []
  const wrong: string[] = []
  for (const endpoint of WORKSPACE_ENDPOINTS) {
    const cells: string[] = []
    // The least first, so that what the owner does cannot spoil it.
    for (const role of [...ROLES].reverse()) {
      const status = await answerFor(shapla.people[role].client, endpoint, shapla.people[role])
      const expected = expectedFor(role, endpoint)
      if (status !== expected) wrong.push(`${endpoint.name} as ${role}: ${status} instead of ${expected}`)
      cells.unshift(status === 403 ? 'x' : '✓')
    }
    const outside = await answerFor(stranger, endpoint)
    const nobody = await answerFor(somebody(), endpoint)
    if (outside !== 404) wrong.push(`${endpoint.name} as a stranger: ${outside}`)
    if (nobody !== 401) wrong.push(`${endpoint.name} as nobody: ${nobody}`)
    lines.push(`${endpoint.name.padEnd(24)} ${cells.map((cell) => cell.padEnd(7)).join('')} ${outside}       ${nobody}`)
  }
  assert.deepEqual(wrong, [])
  const head = `${'route'.padEnd(24)} ${ROLES.map((role) => role.padEnd(7)).join('')} stranger  nobody`
  assertGolden('access-matrix.txt', [head, ...lines.sort()])
})

test('a role that is taken away is gone at the next request', async () => {
  const { changeRole } = await import('@central-desk/contract/members.ts')
  const { createTag } = await import('@central-desk/contract/workspaces.ts')
  const agent = shapla.people.agent
  const params = { workspaceId: agent.workspaceId }
  const attempt = (name: string) => agent.client.call(createTag, { params, body: { name, colour: 'teal' } })
  assert.equal((await attempt('before')).status, 201)
  const role = { params: { ...params, memberId: agent.memberId }, body: { role: 'viewer' } }
  assert.equal((await shapla.owner.client.call(changeRole, role)).status, 200)
  assert.equal((await attempt('after')).status, 403)
})

test('the routes are those of the golden file', async () => {
  assertGolden('routes.txt', routesTable(await composedRoutes()).split('\n'))
  assert.ok(readFileSync(new URL('../golden/routes.txt', import.meta.url), 'utf8').split('\n').length > 50)
})
