/** Everybody who belongs to the workspace now. */
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { type MemberRow, selectMembers } from './queries.ts'

export function wordsOf(row: MemberRow) {
  const {
    id,
    name,
    email,
    role,
    created_at: createdAt,
    last_seen_at: lastSeenAt,
    has_second_factor: hasSecondFactor,
  } = row
  return { id, name, email, role, createdAt, lastSeenAt, hasSecondFactor }
}

export async function listMembers(tx: WorkspaceTx) {
  return { members: (await selectMembers(tx)).map(wordsOf) }
}
