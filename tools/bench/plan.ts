/**
 * What a measured database holds: two workspaces to read from, the second ten times the first, and a crowd of small ones
 * that write. How many messages a conversation has follows from its place alone, so that many hands can fill at once.
 */
export type InboxPlace = { readonly id: string; readonly key: string; readonly signingSecret: string }

export type WorkspacePlan = {
  readonly name: string
  readonly workspaceId: string
  readonly memberIds: readonly string[]
  readonly userIds: readonly string[]
  /** The second of two takes a hundred conversations, at any size. */
  readonly inboxes: readonly InboxPlace[]
  /** The first is on every fifth conversation, the second on a hundred. */
  readonly tagIds: readonly string[]
  readonly conversations: number
  /** Messages of the first conversation; the others have one each (`isThin`) or about ten. */
  readonly deepMessages: number
  readonly isThin: boolean
  readonly seed: number
}

export type Slice = {
  readonly plan: WorkspacePlan
  readonly now_ms: number
  /** Conversations from here up to, and without, there. */
  readonly from: number
  readonly to: number
  /** Messages of the conversations before this slice. */
  readonly messagesBefore: number
}

export const MONTHS_OF_HISTORY = 12
const MESSAGES_MAX = 18
const SLICE_MESSAGES = 4_000

export function messagesOf(plan: WorkspacePlan, conversation: number): number {
  if (conversation === 0) return plan.deepMessages
  if (plan.isThin) return 1
  return 1 + ((Math.imul(conversation, 2_654_435_761) >>> 16) % MESSAGES_MAX)
}

export function messagesIn(plan: WorkspacePlan): number {
  let sum = 0
  for (let at = 0; at < plan.conversations; at++) sum += messagesOf(plan, at)
  return sum
}

const SELDOM_TIMES = 100

/** A hundred conversations, spread evenly: a page of them shows as much at every size. */
export function isSeldom({ conversations }: WorkspacePlan, conversation: number, offset: number): boolean {
  const every = Math.floor(conversations / SELDOM_TIMES)
  return every > offset && conversation % every === offset
}

/** Each message is told by one event, the opening of each conversation by another, and each inbox by one. */
export function eventsIn(plan: WorkspacePlan): number {
  return messagesIn(plan) + plan.conversations + plan.inboxes.length
}

export function slicesOf(plan: WorkspacePlan, now_ms: number): Slice[] {
  const slices: Slice[] = []
  let from = 0
  let before = 0
  let inSlice = 0
  for (let at = 0; at < plan.conversations; at++) {
    inSlice += messagesOf(plan, at)
    if (inSlice < SLICE_MESSAGES && at + 1 < plan.conversations) continue
    slices.push({ plan, now_ms, from, to: at + 1, messagesBefore: before })
    before += inSlice
    from = at + 1
    inSlice = 0
  }
  return slices
}

/** The external id of the person behind a conversation: who writes there again, goes on in it. */
export function personOf(conversation: number): string {
  return `person-${conversation}`
}
