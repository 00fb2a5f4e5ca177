/** The front door of workspaces: settings, tags, saved replies. */
import type { Routes } from '../../kernel/web/routes.ts'
import { mountWorkspaces } from './routes.ts'

export function createWorkspacesRoom() {
  return { mount: (routes: Routes) => mountWorkspaces(routes) }
}
