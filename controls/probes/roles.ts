/**
 * Tries every route as every role, as a member of another workspace and as nobody, against the table of `who-may.ts`. A
 * right that is there must work; one that is not is refused whatever the spelling of the address, and changes no row but
 * the trail. Then everybody tries to become more than they are.
 */
import { type Belongings, furnish } from './belongings.ts'
import type { Caller } from './caller.ts'
import { caseOf } from './cases.ts'
import { climb } from './climbing.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { type Ask, addressOf, askRoute, isOfWorkspace, type Route, readRoutes } from './routes.ts'
import { changedTables, lookAtRows, workspaceUuid } from './rows.ts'
import type { SqlClient } from './sql.ts'
import { openStream } from './streams.ts'
import { mayCall, proofOf, ROLES, type Role, unknownRoutes } from './who-may.ts'

const ROUTES_MIN = 40
/** Refusals are written into these. */
const TRAIL = ['audit_entry', 'audit_head']

export type Company = {
  readonly stage: Stage
  readonly exam: Exam
  readonly own: Belongings
  readonly people: Readonly<Record<Role, Caller>>
  readonly stranger: Caller
}

export const roles: StageProbe = {
  name: 'roles',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const superuser = await stage.sql('superuser')
    const { by, shapla, stranger } = stage.cast
    const people = {
      viewer: await stage.signedIn(by.viewer.email),
      agent: await stage.signedIn(by.agent.email),
      admin: await stage.signedIn(by.admin.email),
      owner: await stage.signedIn(by.owner.email),
    }
    const own = await furnish(stage, people.owner, shapla)
    const company: Company = { stage, exam, own, people, stranger: await stage.signedIn(stranger.email) }
    const routes = await readRoutes(stage)
    const unknown = unknownRoutes(routes)
    exam.control(`every route is in the table, but ${unknown.join(', ')}`, unknown.length === 0)
    const inside = routes.filter((route) => isOfWorkspace(route) && !route.isStream)
    exam.control('the desk tells of its routes', inside.length >= ROUTES_MIN)
    await refuseOthers(company, inside, superuser)
    if (exam.isBroken()) return
    await letIn(company, inside)
    await tryStreams(company, routes)
    await tryOutside(company, routes)
    await climb(company)
  },
}

/** All that must be refused, with calls that would succeed for the owner. */
async function refuseOthers(company: Company, routes: readonly Route[], superuser: SqlClient): Promise<void> {
  const { stage, exam, own, people, stranger } = company
  const asks: { route: Route; ask: Ask }[] = []
  for (const route of routes) asks.push({ route, ask: await caseOf(route, { stage, own, as: own.owner }) })
  const uuids = [await workspaceUuid(superuser, own.workspace.slug)]
  let before = await lookAtRows(superuser, uuids, TRAIL)
  for (const { route, ask } of asks) {
    for (const role of ROLES.filter((one) => !mayCall(one, route))) {
      const { status } = await askRoute(people[role], route, ask)
      exam.attempt(`${route.name} as ${role}: ${status}`, status === 403)
      await spellOtherwise(company, route, ask, role)
    }
    const outside = await askRoute(stranger, route, ask)
    exam.attempt(`${route.name} as a member of another workspace: ${outside.status}`, outside.status === 404)
    const nobody = await askRoute(stage.caller(), route, ask)
    exam.attempt(`${route.name} as nobody: ${nobody.status}`, nobody.status === 401)
    const after = await lookAtRows(superuser, uuids, TRAIL)
    const changed = changedTables(before, after)
    exam.attempt(`${route.name}, refused, changed rows of ${changed.join(', ')}`, changed.length === 0)
    before = after
  }
}

/** The same call by other spellings of its address and method. */
async function spellOtherwise({ exam, people }: Company, route: Route, ask: Ask, role: Role): Promise<void> {
  const address = addressOf(route, ask)
  const [path = '', query] = address.split('?')
  const asked = query === undefined ? '' : `?${query}`
  const spellings = [
    `${path}/${asked}`,
    `/${path}${asked}`,
    path.replace('/api/', '/API/') + asked,
    `${path}%20${asked}`,
  ]
  const body = route.body === 'none' ? undefined : ask.body
  const headers: Record<string, string> = route.body === 'bytes' ? { 'content-type': 'application/octet-stream' } : {}
  for (const spelling of spellings) {
    const { status } = await people[role].call(route.method, spelling, { headers, body })
    exam.attempt(`${route.name} as ${role}, by another spelling: ${status}`, status >= 400)
  }
  const overridden = { 'x-http-method-override': route.method, 'x-method-override': route.method }
  const { status } = await people[role].call('POST', address, { headers: { ...headers, ...overridden }, body })
  exam.attempt(`${route.name} as ${role}, by another method: ${status}`, status >= 400)
}

/** All that must succeed, the least role first. What is read holds no secret of a channel. */
async function letIn({ stage, exam, own, people }: Company, routes: readonly Route[]): Promise<void> {
  const secrets = [own.apiInbox.signingSecret, own.webchat.signingSecret]
  for (const route of routes) {
    for (const role of ROLES.filter((one) => mayCall(one, route))) {
      const as = people[role]
      const answer = await askRoute(as, route, await caseOf(route, { stage, own, as }))
      exam.control(`${route.name} as ${role}: ${answer.status}`, answer.status === route.status)
      const isSecret = secrets.some((secret) => answer.text.includes(secret))
      exam.attempt(`${route.name} shows ${role} a secret of a channel`, !isSecret)
      if (route.method === 'GET') {
        exam.attempt(`${route.name} shows ${role} a credential`, !/whsec_|wchat_|signingSecret/.test(answer.text))
      }
    }
  }
}

async function tryStreams({ stage, exam, own, people, stranger }: Company, routes: readonly Route[]): Promise<void> {
  for (const route of routes.filter((one) => isOfWorkspace(one) && one.isStream)) {
    const path = addressOf(route, { path: { workspaceId: own.workspace.id } })
    const statusFor = async (caller: Caller) => {
      const stream = await openStream(stage, caller, path)
      stream.close()
      return stream.status
    }
    for (const role of ROLES.filter((one) => mayCall(one, route))) {
      exam.control(`${route.name} as ${role}`, (await statusFor(people[role])) === 200)
    }
    exam.attempt(`${route.name} as a member of another workspace`, (await statusFor(stranger)) === 404)
    exam.attempt(`${route.name} as nobody`, (await statusFor(stage.caller())) === 401)
  }
}

/** Routes outside of workspaces: a session where one is asked for, and no session where a visitor or a program calls. */
async function tryOutside({ stage, exam, own, people }: Company, routes: readonly Route[]): Promise<void> {
  for (const route of routes.filter((one) => !isOfWorkspace(one))) {
    const proof = proofOf(route)
    if (proof === 'nothing') continue
    const inboxKey = proof === 'signature' ? own.apiInbox.key : own.webchat.key
    const ask: Ask = { path: { inboxKey, channel: 'api' }, body: route.body === 'bytes' ? Buffer.from('{}') : {} }
    const nobody = await askRoute(stage.caller(), route, ask)
    exam.attempt(`${route.name} without a ${proof}: ${nobody.status}`, nobody.status === 401)
    if (proof === 'session') continue
    const member = await askRoute(people.owner, route, ask)
    exam.attempt(`${route.name} with a session instead of a ${proof}: ${member.status}`, member.status === 401)
  }
}
