/** Faults against the walls between workspaces (A2): mistakes that programs of this kind are known for. */
import type { Fault } from './fault.ts'

type Plant = Fault['plant']

function overHttp(name: string, plant: Plant): Fault {
  return { name, claim: 'A2', probe: 'isolation-over-http', plant }
}

function patch(file: string, find: string, replace: string): Plant {
  return { kind: 'patch', file, find, replace }
}

export const isolationFaults: readonly Fault[] = [
  overHttp(
    'whoever is a member somewhere is taken for a member everywhere',
    patch(
      'server/src/features/identity/queries.ts',
      `    .select(['id', 'role', 'last_seen_at', 'removed_at'])
    .where('workspace_id', '=', workspaceId)`,
      "    .select(['id', 'role', 'last_seen_at', 'removed_at'])",
    ),
  ),
  overHttp(
    'who is no member learns that the workspace exists',
    patch(
      'server/src/kernel/web/routes.ts',
      "if (!workspaceId || !member) throw refuse('not_found')",
      "if (!workspaceId || !member) throw refuse('forbidden')",
    ),
  ),
  overHttp(
    "a visitor's token counts at every inbox",
    patch('server/src/features/webchat/queries.ts', "    .where('inbox.key', '=', inboxKey)\n", ''),
  ),
  overHttp(
    'the signature of a link to a file is not compared',
    patch(
      'server/src/features/files/links.ts',
      'if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(body))) return null',
      '',
    ),
  ),
  overHttp(
    'the signature of a call from outside is not compared',
    patch(
      'server/src/channels/api/signature.ts',
      "if (!isSigned(given, expected)) return { ok: false, reason: 'wrong_signature' }",
      '',
    ),
  ),
  overHttp(
    'streams of all workspaces are one room',
    patch(
      'server/src/features/realtime/index.ts',
      'return [...feed.readers].filter((reader) => reader.isLive)',
      'return [...feeds.values()].flatMap(({ readers }) => [...readers]).filter((reader) => reader.isLive)',
    ),
  ),
  overHttp('a name that one workspace has taken is taken for all', {
    kind: 'sql',
    statements: 'create unique index planted on desk.saved_reply (shortcut) where length(shortcut) = 15',
  }),
  overHttp(
    'the log holds what was searched for',
    patch('server/src/kernel/web/server.ts', 'log.info({', 'log.info({ planted: request.url,'),
  ),
]
