/**
 * Furnishes the desk for a storm through its own front doors: an owner signs up in each workspace, connects an API inbox
 * with a receiver behind it and a web chat, and visitors begin their visits. Gives what senders and agents must know.
 */
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { createInbox, updateInbox } from '@central-desk/contract/inboxes.ts'
import { signUp } from '@central-desk/contract/session.ts'
import { startVisitorSession } from '@central-desk/contract/widget.ts'
import { type CallOptions, Client } from '../../server/test/support/client.ts'
import type { AgentSession } from './agents.ts'
import type { StormPlan } from './plan.ts'
import type { Receivers } from './receivers.ts'
import type { SenderPlace } from './sender.ts'

export type Furnished = { readonly places: readonly SenderPlace[]; readonly sessions: readonly AgentSession[] }

const PASSWORD = 'nine yellow ducks swim'

async function done(client: Client, endpoint: Endpoint, options: CallOptions) {
  const answer = await client.call(endpoint, options)
  if (answer.status !== endpoint.status) throw new Error(`${endpoint.name} was answered ${answer.status}`)
  return answer.body
}

async function furnishWorkspace(port: number, workspace: number, visitors: number, receivers: Receivers) {
  const client = new Client(port)
  // Sign-ups from one network are few a minute; each owner sits elsewhere.
  client.network = `198.51.100.${workspace + 1}`
  const person = { name: `Owner ${workspace}`, email: `owner-${workspace}@storm.example`, password: PASSWORD }
  const session = await done(client, signUp, {
    body: { ...person, workspaceName: `Storm ${workspace}`, language: 'en' },
  })
  const workspaceId: string = session.memberships[0].workspace.id
  const connect = (channel: string) =>
    done(client, createInbox, { params: { workspaceId }, body: { channel, name: channel, settings: {} } })
  const [api, webchat] = [await connect('api'), await connect('webchat')]
  const place = { key: api.inbox.key as string, secret: api.signingSecret as string }
  const callbackUrl = await receivers.open(place)
  await done(client, updateInbox, {
    params: { workspaceId, inboxId: api.inbox.id },
    body: { settings: { callbackUrl } },
  })
  const inboxKey: string = webchat.inbox.key
  const tokens: string[] = []
  for (let visitor = 0; visitor < visitors; visitor++) {
    const visit = await done(client, startVisitorSession, { params: { inboxKey }, body: {} })
    tokens.push(visit.token)
  }
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    place: { api: place, webchat: { key: inboxKey }, tokens },
    session: { workspaceId, cookie, csrfToken: await client.token() },
  }
}

export async function furnishStorm(port: number, plan: StormPlan, receivers: Receivers): Promise<Furnished> {
  const all = []
  for (let workspace = 0; workspace < plan.workspaces; workspace++) {
    all.push(await furnishWorkspace(port, workspace, plan.writers.webchat, receivers))
  }
  return { places: all.map(({ place }) => place), sessions: all.map(({ session }) => session) }
}
