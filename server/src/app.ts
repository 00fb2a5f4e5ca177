/**
 * The composition root: reads as the table of contents. Rooms in order, each handed the kernel and the rooms before it;
 * a room calls up this list and publishes down it. Boots only when every endpoint of the contract is mounted.
 */
import type { FastifyInstance } from 'fastify'
import { contactAddresses, refuseBeyondChannel } from './channels/answers.ts'
import { createContactsRoom } from './features/contacts/index.ts'
import { createConversationsRoom } from './features/conversations/index.ts'
import { createDeliveryRoom } from './features/delivery/index.ts'
import { createFilesRoom } from './features/files/index.ts'
import { createIdentityRoom } from './features/identity/index.ts'
import { createInboxesRoom } from './features/inboxes/index.ts'
import { createIntakeRoom } from './features/intake/index.ts'
import { createMembersRoom } from './features/members/index.ts'
import { createRealtimeRoom } from './features/realtime/index.ts'
import { createTrustRoom } from './features/trust/index.ts'
import { createWebchatRoom } from './features/webchat/index.ts'
import { createWorkspacesRoom } from './features/workspaces/index.ts'
import { createPagesRoom, type PageFolders } from './features/pages/index.ts'
import { createKernel, type Kernel, type KernelParts } from './kernel/kernel.ts'
import { startLoop } from './kernel/loop.ts'
import { assertComplete, refuseOtherMethods, watchRoutes } from './kernel/web/completeness.ts'
import { createCookieJar } from './kernel/web/cookies.ts'
import { createCsrf } from './kernel/web/csrf.ts'
import { startMonths } from './kernel/months.ts'
import { endStreamsOnClose } from './kernel/web/event-stream.ts'
import { mountHealth } from './kernel/web/health.ts'
import { mountOpenApi } from './kernel/web/openapi.ts'
import { createRoutes, type Routes } from './kernel/web/routes.ts'
import { createServer, type Tls } from './kernel/web/server.ts'

export type DeskRole = 'web' | 'worker' | 'all'
export type DeskParts = KernelParts & {
  readonly tls: Tls | null
  readonly trustedProxies: readonly string[]
  readonly version: string
  /** Key of the web chat inbox that the demo storefront shows; null without a demo. */
  readonly demoInboxKey: string | null
  /** Built screens; null for a desk that only answers programs (the demo being made, tests without a browser). */
  readonly pageFolders: PageFolders | null
}

/** What a room may have: routes, loops, or both. */
export type Room = {
  mount?(routes: Routes): void
  start?(): { stop(): Promise<void> }
}

export type Desk = {
  readonly app: FastifyInstance
  readonly kernel: Kernel
  readonly routes: Routes
  /** How many times a password was hashed or verified here: what tests and metrics count. */
  readonly passwordEvaluations: () => number
  /** Begins to listen to other processes, and for `worker` and `all` the loops of the rooms. */
  start(role: DeskRole): void
  /** Ends streams, loops and requests, in this order; nothing accepted is lost. */
  stop(): Promise<void>
}

const DENIALS_PAUSE_MS = 10_000

export async function createDesk(parts: DeskParts): Promise<Desk> {
  const kernel = createKernel(parts)
  const { origins, isLoopback, isTls, randomness, log } = kernel
  const app = createServer({ ...parts, origins, isLoopback, randomness, log })
  watchRoutes(app)
  endStreamsOnClose(app)
  const cookies = createCookieJar(isTls)
  const csrf = createCsrf(kernel.secretFor('csrf'), randomness, origins.desk)

  // ---- rooms, in order (one line each) ----
  const identity = createIdentityRoom(kernel, { cookies, csrf })
  const { authenticator } = identity
  const inboxes = createInboxesRoom(kernel)
  const contacts = createContactsRoom(contactAddresses)
  const files = createFilesRoom(kernel, identity)
  const conversations = createConversationsRoom(kernel, { linksFor: files.linksFor, refuseBeyondChannel })
  const intake = createIntakeRoom(kernel, { findInboxByKey: inboxes.findInboxByKey, storeBytes: files.storeBytes })
  const delivery = createDeliveryRoom(kernel, { inboxes, files })
  const realtime = createRealtimeRoom(kernel, { authenticator, linksFor: files.linksFor })
  const webchat = createWebchatRoom(kernel, { findInbox: inboxes.findInboxByKey, keep: intake.keep, files })
  const rooms: Room[] = [
    ...[identity, createWorkspacesRoom(), createMembersRoom(kernel), inboxes, contacts, files, conversations],
    ...[intake, delivery, realtime, webchat],
  ]
  // ---- end of rooms ----

  const routes = createRoutes(app, { ...kernel, csrf, authenticator, visitors: webchat.visitors })
  for (const room of rooms) room.mount?.(routes)
  if (parts.pageFolders) {
    await createPagesRoom(kernel, {
      folders: parts.pageFolders,
      sitesOf: inboxes.sitesOf,
      demoInboxKey: parts.demoInboxKey,
    }).register(app)
  }
  createTrustRoom(kernel, parts.version).register(app)
  assertComplete(routes.mounted)
  mountHealth(app, kernel, parts.version)
  mountOpenApi(app, parts.version)
  refuseOtherMethods(app, routes.mounted)

  const running: { stop(): Promise<void> }[] = []
  const startDenials = () =>
    startLoop({
      name: 'denials',
      log,
      longestPause_ms: DENIALS_PAUSE_MS,
      round: async () => {
        await kernel.denials.flush()
        return false
      },
    })
  return {
    app,
    kernel,
    routes,
    passwordEvaluations: identity.passwordEvaluations,
    start(role) {
      kernel.watch.start()
      running.push(kernel.watch, startDenials())
      if (role === 'web') return
      running.push(startMonths(kernel.doors, log))
      for (const room of rooms) {
        const started = room.start?.()
        if (started) running.push(started)
      }
    },
    async stop() {
      await app.close()
      await Promise.all(running.map((loop) => loop.stop()))
      await kernel.denials.flush(true)
    },
  }
}
