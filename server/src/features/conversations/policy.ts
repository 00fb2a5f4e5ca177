/** The rules of the room as pure functions: who, what, when, and the code of the refusal. Every condition on its line. */
import type { ConversationStatus } from '@central-desk/contract/conversations.ts'
import { type Role, roleMay } from '@central-desk/contract/permissions.ts'

/** A year ahead; what is snoozed for longer is closed. */
export const SNOOZE_MAX_MS = 366 * 24 * 3_600_000

/** Whoever cannot answer is not given a conversation to answer. */
export function mayBeAssigned(member: { role: Role; removed_at: Date | null }): boolean {
  return member.removed_at === null && roleMay(member.role, 'message.send')
}

export function snoozeProblem(status: ConversationStatus, until: Date | null, now: Date): string | null {
  if (until === null) return null
  if (status !== 'snoozed') return 'only_when_snoozed'
  if (until.getTime() <= now.getTime()) return 'not_in_future'
  return until.getTime() - now.getTime() > SNOOZE_MAX_MS ? 'too_far' : null
}

export interface NewerMessage {
  readonly direction: 'in' | 'out'
  readonly author_kind: 'contact' | 'member' | 'rule' | 'assistant'
  readonly author_member_id: string | null
}

/** Whether somebody of the team other than the writer answered. */
export function isTeammatesReply(message: NewerMessage, memberId: string): boolean {
  return message.direction === 'out' && message.author_kind === 'member' && message.author_member_id !== memberId
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}

/** A reply stands after what it answers, also when the contact's clock runs ahead of ours. */
export function sentAtAfter(now: Date, last: Date | null): Date {
  return last === null || last.getTime() < now.getTime() ? now : new Date(last.getTime() + 1)
}
