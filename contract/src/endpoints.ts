/** Every endpoint there is, by name: what the server registers, the clients call and `openapi.json` prints. */
import * as contacts from './contacts.ts'
import * as conversations from './conversations.ts'
import type { Endpoint } from './endpoint.ts'
import * as events from './events.ts'
import * as hooks from './hooks.ts'
import * as inboxes from './inboxes.ts'
import * as members from './members.ts'
import * as secondFactor from './second-factor.ts'
import * as session from './session.ts'
import * as widget from './widget.ts'
import * as workspaces from './workspaces.ts'

const MODULES = [session, secondFactor, workspaces, members, inboxes, contacts, conversations, events, widget, hooks]

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'access' in value && 'path' in value && 'method' in value
}

export const ENDPOINTS: readonly Endpoint[] = MODULES.flatMap((module) => Object.values(module).filter(isEndpoint))
