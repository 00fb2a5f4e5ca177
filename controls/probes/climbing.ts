/**
 * Becoming more than one is: giving oneself or others a higher role, touching owners, inviting owners, and smuggling a
 * role into bodies that have no place for one. An owner does the same first, which must work.
 */
import { done, freshWord } from './belongings.ts'
import { FRESH_PASSWORD, joined } from './cases.ts'
import type { Caller } from './caller.ts'
import type { Company } from './roles.ts'
import { ROLES, type Role } from './who-may.ts'

type Member = { id: string; email: string; role: Role }

export async function climb(company: Company): Promise<void> {
  const { own, stage } = company
  const { members } = await done(own.owner.call('GET', `${own.at}/members`), 'members')
  const idOf = (role: Role) => {
    const member = (members as Member[]).find(({ email }) => email === stage.cast.by[role].email)
    if (!member) throw new Error(`there is no ${role}`)
    return member.id
  }
  await ownersMay(company)
  await smuggle(company)
  await promote(company, idOf)
  await rolesAreAsBefore(company)
}

/** Shows that the acts below are real ones. */
async function ownersMay({ stage, exam, own }: Company): Promise<void> {
  const fresh = await joined(stage, own, 'agent')
  const setRole = (role: Role) => own.owner.call('PUT', `${own.at}/members/${fresh.memberId}/role`, { body: { role } })
  exam.control('an owner makes an owner', (await setRole('owner')).status === 200)
  exam.control('an owner takes that back', (await setRole('viewer')).status === 200)
  const removed = await own.owner.call('DELETE', `${own.at}/members/${fresh.memberId}`)
  exam.control('an owner removes a member', removed.status === 204)
}

async function promote({ exam, own, people }: Company, idOf: (role: Role) => string): Promise<void> {
  const setRole = (as: Caller, id: string, role: Role) =>
    as.call('PUT', `${own.at}/members/${id}/role`, { body: { role } })
  for (const by of ROLES.filter((role) => role !== 'owner')) {
    for (const [target, role] of [
      [by, 'owner'],
      ['agent', 'owner'],
      ['owner', 'viewer'],
    ] as const) {
      const { status } = await setRole(people[by], idOf(target), role)
      exam.attempt(`${by} makes ${target === by ? 'themselves' : target} ${role}: ${status}`, status === 403)
    }
    const removed = await people[by].call('DELETE', `${own.at}/members/${idOf('owner')}`)
    exam.attempt(`${by} removes an owner: ${removed.status}`, removed.status === 403)
    const invitation = { email: `${freshWord()}@invited.example`, role: 'owner' }
    const invited = await people[by].call('POST', `${own.at}/invitations`, { body: invitation })
    exam.attempt(`${by} invites an owner: ${invited.status}`, invited.status === 403)
  }
  for (const by of ['viewer', 'agent'] as const) {
    const { status } = await setRole(people[by], idOf(by), 'admin')
    exam.attempt(`${by} makes themselves admin: ${status}`, status === 403)
  }
}

/** A role in a body that has no place for it is refused or overlooked. */
async function smuggle({ stage, exam, own, people }: Company): Promise<void> {
  const workspaceId = own.workspace.id
  const extras = { role: 'owner', workspaceId, permissions: ['member.changeRole'] }
  const named = { name: 'Farid Hossain', ...extras }
  await people.viewer.call('PATCH', '/api/v1/preferences', { body: named })
  await people.viewer.call('PATCH', '/api/v1/preferences', { body: { preferences: { theme: 'light', ...extras } } })
  const email = `${freshWord()}@joined.example`
  const wanted = { body: { email, role: 'viewer' } }
  const { link } = await done(own.owner.call('POST', `${own.at}/invitations`, wanted), 'an invitation')
  const path = `/api/v1/invitations/${link.split('/').at(-1)}/acceptance`
  const coming = { name: 'Fresh', password: FRESH_PASSWORD }
  const caller = stage.caller()
  const smuggled = await caller.call('POST', path, { body: { ...coming, ...extras } })
  const session = smuggled.status < 300 ? smuggled : await caller.call('POST', path, { body: coming })
  const membership = session.body?.memberships?.[0]
  exam.control('who was invited comes in', session.status === 201 && membership !== undefined)
  exam.attempt(`who was invited as viewer comes in as ${membership?.role}`, membership?.role === 'viewer')
}

async function rolesAreAsBefore({ stage, exam, own }: Company): Promise<void> {
  const { body } = await own.owner.call('GET', `${own.at}/members`)
  for (const role of ROLES) {
    const now = (body.members as Member[] | undefined)?.find(({ email }) => email === stage.cast.by[role].email)?.role
    exam.attempt(`who was ${role} is now ${now}`, now === role)
  }
}
