/**
 * The guest list of `inSystem`: everyone who may look at the database without standing in one workspace, and why.
 * A new line here is a line a reviewer must agree with.
 */
export const SYSTEM_GUESTS = {
  'identity.session': 'a session cookie is looked up before anybody knows the workspace',
  'identity.membership': 'the role is read again at every request',
  'identity.sign-in': 'a user is found by address; failures are counted per path',
  'identity.user': 'a user changes what is the user’s own, in every workspace at once',
  'identity.link': 'an invitation or reset link names its row by the hash of its token',
  'identity.operator':
    'an operator unlocks a user or makes a reset link; each workspace of the user is told in its trail',
  'identity.sweep': 'rows that nothing looks at any more: ended sessions, forgotten counters, past budgets',
  'rate.budget': 'budgets are counted for addresses and keys that belong to no workspace',
  'intake.inbox': 'a call names an inbox by its public key',
  'intake.visitor': 'a visitor is found by the hash of a bearer token',
  'intake.keep': 'events of several workspaces are kept in one commit, each under its own signed scope',
  'intake.store': 'events of several workspaces are stored in one commit, each under its own signed scope',
  'inboxes.replay': 'an operator names an unreadable event by its id; its workspace is found, and told in its trail',
  'delivery.claim': 'workers find due messages across workspaces; ids only',
  'files.sweep': 'workers find uploads that nobody used; ids only',
  'conversations.wake': 'workers find snoozes that have run out; ids only',
  'search.backlog': 'workers find messages to index; ids only',
  'realtime.numbers': 'a process looks how far the events of its live workspaces go',
  'keys.operator': 'an operator names a workspace by its address or id, or means all of them; ids and names only',
  'months.ahead': 'partitions are made for all workspaces at once; no row is read',
  'ready.check': 'readyz asks whether the database answers',
} as const

export type SystemGuest = keyof typeof SYSTEM_GUESTS
