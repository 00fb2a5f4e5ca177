/**
 * Who may call which route, as the promise of four roles is read here: for every route of a workspace the least role that
 * may, for every other one what it takes instead. Written by hand and compared with what a desk really does; a route that
 * is not here is told by `unknownRoutes`.
 */
import { isOfWorkspace, type Route } from './routes.ts'

export const ROLES = ['viewer', 'agent', 'admin', 'owner'] as const
export type Role = (typeof ROLES)[number]

const LEAST_ROLE: Readonly<Record<string, Role>> = {
  getWorkspace: 'viewer',
  listTags: 'viewer',
  listSavedReplies: 'viewer',
  listMembers: 'viewer',
  listInboxes: 'viewer',
  listContacts: 'viewer',
  getContact: 'viewer',
  listConversations: 'viewer',
  countConversations: 'viewer',
  getConversation: 'viewer',
  getThread: 'viewer',
  markRead: 'viewer',
  search: 'viewer',
  streamEvents: 'viewer',
  createTag: 'agent',
  updateTag: 'agent',
  deleteTag: 'agent',
  createSavedReply: 'agent',
  updateSavedReply: 'agent',
  deleteSavedReply: 'agent',
  updateContact: 'agent',
  blockContact: 'agent',
  unblockContact: 'agent',
  sendMessage: 'agent',
  retryDelivery: 'agent',
  writeNote: 'agent',
  assignConversation: 'agent',
  changeStatus: 'agent',
  tagConversation: 'agent',
  untagConversation: 'agent',
  listDrafts: 'agent',
  saveDraft: 'agent',
  uploadAttachment: 'agent',
  updateWorkspace: 'admin',
  changeRole: 'admin',
  removeMember: 'admin',
  listInvitations: 'admin',
  createInvitation: 'admin',
  withdrawInvitation: 'admin',
  createInbox: 'admin',
  updateInbox: 'admin',
  rotateInboxSecret: 'admin',
  getLedger: 'admin',
  listUnreadableEvents: 'admin',
  replayInboundEvent: 'admin',
}

/** What a route outside of workspaces takes. Nothing: who has no session yet must be able to begin. */
export type Proof = 'nothing' | 'session' | "visitor's token" | 'signature'
const PROOFS: Readonly<Record<string, Proof>> = {
  getSession: 'nothing',
  signIn: 'nothing',
  signUp: 'nothing',
  getInvitation: 'nothing',
  acceptInvitation: 'nothing',
  getPasswordReset: 'nothing',
  usePasswordReset: 'nothing',
  readAttachment: 'nothing',
  startVisitorSession: 'nothing',
  signOut: 'session',
  changePassword: 'session',
  proveSecondFactor: 'nothing',
  getSecondFactor: 'session',
  beginSecondFactor: 'session',
  confirmSecondFactor: 'session',
  replaceRecoveryCodes: 'session',
  endSecondFactor: 'session',
  updatePreferences: 'session',
  listVisitorMessages: "visitor's token",
  sendVisitorMessage: "visitor's token",
  uploadVisitorAttachment: "visitor's token",
  streamVisitorMessages: "visitor's token",
  receiveHook: 'signature',
}

export function mayCall(role: Role, route: Route): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(LEAST_ROLE[route.name] ?? 'owner')
}

export function proofOf(route: Route): Proof {
  return PROOFS[route.name] ?? 'nothing'
}

/** Routes that nobody has said anything about. */
export function unknownRoutes(routes: readonly Route[]): string[] {
  return routes.filter((route) => !(route.name in (isOfWorkspace(route) ? LEAST_ROLE : PROOFS))).map(({ name }) => name)
}
