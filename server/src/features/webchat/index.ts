/**
 * The front door of web chat: the visitor routes, and the authenticator by which every visitor route knows who calls.
 * Intake keeps what visitors write, the files room holds what they upload; both are handed in.
 */
import type { Kernel } from '../../kernel/kernel.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { mountWebchat, type WebchatParts } from './routes.ts'
import { createVisitorAuthenticator } from './sessions.ts'

export { visitorWalk } from './reindexing.ts'
export type { WebchatParts } from './routes.ts'

export function createWebchatRoom(kernel: Kernel, parts: WebchatParts) {
  const visitors = createVisitorAuthenticator(kernel)
  return {
    visitors,
    mount: (routes: Routes) => mountWebchat(routes, kernel, visitors, parts),
  }
}
