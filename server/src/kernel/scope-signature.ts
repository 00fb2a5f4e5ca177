/**
 * Signs the scope of one transaction: which workspace, for which login role, on which database connection, until when.
 * The database verifies it (`app.current_workspace()`), so a statement smuggled into a query cannot change workspace.
 * The expiry is wall-clock time on purpose: it is checked against the database's own clock, not against a rule's.
 */
import { createHmac } from 'node:crypto'

/** Longer than any transaction may take, short enough that a scope read from a log is worth nothing. */
const SCOPE_LIFETIME_S = 120

export type ScopeSigner = (role: string, workspaceId: string, backendPid: number) => string

export function createScopeSigner(scopeKey: Buffer): ScopeSigner {
  return (role, workspaceId, backendPid) => {
    const expiry = Math.floor(Date.now() / 1000) + SCOPE_LIFETIME_S
    const mac = createHmac('sha256', scopeKey).update(`v1|${role}|${workspaceId}|${backendPid}|${expiry}`).digest('hex')
    return `v1.${workspaceId}.${backendPid}.${expiry}.${mac}`
  }
}
