/**
 * People for tests, made through the desk's own doors: sign-up, invitation, sign-in. The personas are those of the
 * documents: Shapla Crafts with Rahima (owner), Tanvir (admin), Nusrat (agent), Farid (viewer), and the stranger next
 * door, Kabir of Meghna Telecom. Each has a signed-in client.
 * NOTE A desk takes five sign-ups a minute from one network, and its clock stands still: more need `client.network`.
 */
import assert from 'node:assert/strict'
import { createInvitation } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { acceptInvitation, signIn, signUp } from '@central-desk/contract/session.ts'
import type { Client } from './client.ts'
import type { TestDesk } from './desk.ts'

export const PASSWORD = 'nine yellow ducks swim'

export type Person = {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly client: Client
  readonly userId: string
  readonly memberId: string
  readonly workspaceId: string
}

type Wanted = { name: string; email: string; network?: string; password?: string }

function clientFrom(desk: TestDesk, network: string | undefined): Client {
  const client = desk.client()
  client.network = network ?? null
  return client
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's body
function personOf(client: Client, wanted: Wanted, body: any): Person {
  const [membership] = body.memberships
  return {
    name: wanted.name,
    email: wanted.email,
    password: wanted.password ?? PASSWORD,
    client,
    userId: body.user.id,
    memberId: membership.memberId,
    workspaceId: membership.workspace.id,
  }
}

/** An owner of a new workspace. */
export async function signUpOwner(desk: TestDesk, wanted: Wanted & { workspaceName: string }): Promise<Person> {
  const { name, email, workspaceName, password = PASSWORD } = wanted
  const client = clientFrom(desk, wanted.network)
  const answer = await client.call(signUp, { body: { name, email, password, workspaceName, language: 'en' } })
  assert.equal(answer.status, 201, answer.text)
  return personOf(client, wanted, answer.body)
}

/** A link that invites to somebody's workspace; its token only. */
export async function inviteToken(by: Person, email: string, role: Role): Promise<string> {
  const { client, workspaceId } = by
  const answer = await client.call(createInvitation, { params: { workspaceId }, body: { email, role } })
  assert.equal(answer.status, 201, answer.text)
  return answer.body.link.split('/invite/')[1]
}

/** A new user who was invited and came. */
export async function joinAs(desk: TestDesk, by: Person, role: Role, wanted: Wanted): Promise<Person> {
  const { name, password = PASSWORD } = wanted
  const client = clientFrom(desk, wanted.network)
  const token = await inviteToken(by, wanted.email, role)
  const answer = await client.call(acceptInvitation, { params: { token }, body: { name, password } })
  assert.equal(answer.status, 201, answer.text)
  return personOf(client, wanted, answer.body)
}

/** The same person on another device. */
export async function signInAgain(desk: TestDesk, person: Person, network?: string): Promise<Client> {
  const client = clientFrom(desk, network)
  const { email, password } = person
  const answer = await client.call(signIn, { body: { email, password, sharedComputer: false } })
  assert.equal(answer.status, 201, answer.text)
  return client
}

export type Personas = Readonly<Record<'rahima' | 'tanvir' | 'nusrat' | 'farid' | 'kabir', Person>>

export async function personas(desk: TestDesk): Promise<Personas> {
  const rahima = await signUpOwner(desk, {
    name: 'Rahima Begum',
    email: 'rahima@shapla-crafts.example',
    workspaceName: 'Shapla Crafts',
  })
  const kabir = await signUpOwner(desk, {
    name: 'Kabir Hossain',
    email: 'kabir@meghna-telecom.example',
    workspaceName: 'Meghna Telecom',
  })
  const at = (name: string) => ({ name, email: `${name.split(' ')[0]?.toLowerCase()}@shapla-crafts.example` })
  const tanvir = await joinAs(desk, rahima, 'admin', at('Tanvir Ahmed'))
  const nusrat = await joinAs(desk, rahima, 'agent', at('Nusrat Jahan'))
  const farid = await joinAs(desk, rahima, 'viewer', at('Farid Alam'))
  return { rahima, tanvir, nusrat, farid, kabir }
}
