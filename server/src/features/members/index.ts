/** The front door of members: who belongs to a workspace, and who is invited. */
import type { Kernel } from '../../kernel/kernel.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { mountMembers } from './routes.ts'

export function createMembersRoom(kernel: Kernel) {
  return { mount: (routes: Routes) => mountMembers(routes, kernel) }
}
