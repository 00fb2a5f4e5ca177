/**
 * The people and places of the demo as its own file tells them (`demo.json` in the home). Probes speak of them by the
 * names of the documents: Rahima, Tanvir, Nusrat and Farid of Shapla Crafts, Shaila and Kabir next door.
 */
import { readFileSync } from 'node:fs'

export type CastInbox = {
  readonly id: string
  readonly channel: 'webchat' | 'api'
  readonly key: string
  readonly signingSecret: string
}
export type CastMember = {
  readonly name: string
  readonly email: string
  readonly role: 'owner' | 'admin' | 'agent' | 'viewer'
  readonly password: string
}
export type CastWorkspace = {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly members: readonly CastMember[]
  readonly inboxes: readonly CastInbox[]
}
export type Cast = {
  readonly shapla: CastWorkspace
  readonly meghna: CastWorkspace
  /** One of Shapla Crafts by role. */
  readonly by: Readonly<Record<'owner' | 'admin' | 'agent' | 'viewer', CastMember>>
  /** Kabir, an admin of Meghna Telecom: the stranger next door. */
  readonly stranger: CastMember
}

export function readCast(file: string): Cast {
  const { workspaces } = JSON.parse(readFileSync(file, 'utf8')) as { workspaces: CastWorkspace[] }
  const named = (slug: string) => found(workspaces, (workspace) => workspace.slug === slug, slug)
  const shapla = named('shapla-crafts')
  const meghna = named('meghna-telecom')
  const as = (role: CastMember['role']) => found(shapla.members, (member) => member.role === role, role)
  return {
    shapla,
    meghna,
    by: { owner: as('owner'), admin: as('admin'), agent: as('agent'), viewer: as('viewer') },
    stranger: found(meghna.members, (member) => member.role === 'admin', 'the stranger'),
  }
}

function found<T>(all: readonly T[], fits: (one: T) => boolean, name: string): T {
  const one = all.find(fits)
  if (!one) throw new Error(`the demo has no ${name}`)
  return one
}
