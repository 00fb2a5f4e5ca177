/** Faults against what the page says of the application's security (P1 to P4). */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are pieces of source
import type { Fault } from './fault.ts'

const LIMITER = 'server/src/kernel/rate-limit.ts'

const CSRF = 'server/src/kernel/web/csrf.ts'
const ROUTES = 'server/src/kernel/web/routes.ts'

function csrfFaults(): Fault[] {
  const faults: [name: string, file: string, find: string, replace: string][] = [
    [
      'requests that delete need no token',
      ROUTES,
      "const SAFE = new Set(['GET', 'HEAD'])",
      "const SAFE = new Set(['GET', 'HEAD', 'DELETE'])",
    ],
    [
      'uploads need no token',
      ROUTES,
      'if (!SAFE.has(request.method) && !parts.csrf.fits(',
      "if (!SAFE.has(request.method) && rules.limit !== 'upload' && !parts.csrf.fits(",
    ],
    [
      'signing in needs no token',
      ROUTES,
      "const needsToken = !isSafe && endpoint.origin === 'desk'",
      "const needsToken = !isSafe && endpoint.origin === 'desk' && endpoint.name !== 'signIn'",
    ],
    ['a token fits every session', CSRF, '.update(`csrf|${cookieToken}|${random}`)', '.update(`csrf|${random}`)'],
    [
      'where a browser says that it comes from is not looked at',
      CSRF,
      "if (site !== undefined && site !== 'same-origin') return false",
      '',
    ],
    [
      'a page without an origin is taken for ours',
      CSRF,
      'return origin === deskOrigin ||',
      "return origin === 'null' || origin === deskOrigin ||",
    ],
    [
      'a token may stand in the address',
      CSRF,
      "const token = request.headers['x-csrf-token']",
      "const token = request.headers['x-csrf-token'] || (request.query as { csrfToken?: string }).csrfToken",
    ],
    [
      'signing out is a link',
      'contract/src/session.ts',
      "method: 'DELETE',\n  path: '/api/v1/session',",
      "method: 'GET',\n  path: '/api/v1/session/end',",
    ],
  ]
  return faults.map(([name, file, find, replace]) => ({
    name,
    claim: 'P1',
    probe: 'csrf',
    plant: { kind: 'patch', file, find, replace },
  }))
}

function headerFaults(): Fault[] {
  const PAGES = 'server/src/features/pages/index.ts'
  const POLICIES = 'server/src/features/pages/policies.ts'
  const HEADERS = 'server/src/kernel/web/headers.ts'
  const faults: [name: string, file: string, find: string, replace: string][] = [
    [
      'the mark of the page’s own scripts is always the same',
      PAGES,
      "randomness.bytes(NONCE_BYTES).toString('base64')",
      "Buffer.alloc(NONCE_BYTES, 7).toString('base64')",
    ],
    [
      'errors carry no policy',
      'server/src/kernel/web/problems.ts',
      "reply.code(status).header('cache-control', 'no-store')",
      "reply.code(status).removeHeader('content-security-policy').header('cache-control', 'no-store')",
    ],
    [
      'scripts within a page may run',
      POLICIES,
      "`script-src 'nonce-${nonce}' 'strict-dynamic'`,\n    `style-src 'self' 'nonce-${nonce}'`,\n    `img-src 'self' blob: data:",
      "\"script-src 'self' 'unsafe-inline'\",\n    `style-src 'self' 'nonce-${nonce}'`,\n    `img-src 'self' blob: data:",
    ],
    ['any site may frame the chat', POLICIES, "ancestors.length > 0 ? ancestors.join(' ') : \"'none'\"", "'*'"],
    ['types are left to be guessed', HEADERS, "    'x-content-type-options': 'nosniff',\n", ''],
    [
      'answers of the API are served as pages',
      'server/src/kernel/web/routes.ts',
      "reply.type('application/json; charset=utf-8')",
      "reply.type('text/html; charset=utf-8')",
    ],
    [
      'the address of a request that cannot be read is repeated',
      'server/src/kernel/web/problems.ts',
      "type: 'about:blank',",
      'type: request.url,',
    ],
  ]
  return faults.map(([name, file, find, replace]) => ({
    name,
    claim: 'P3',
    probe: 'security-headers',
    plant: { kind: 'patch', file, find, replace },
  }))
}

function sqlFaults(): Fault[] {
  const USERS = 'server/src/features/identity/queries.ts'
  const TAGS = 'server/src/features/workspaces/queries.ts'
  const faults: [name: string, plant: Fault['plant']][] = [
    [
      'a user is looked up by a condition made of text',
      patch(USERS, ".where('app_user.email', '=', email)", ".where(sql.raw(`app_user.email = '${email}'`) as never)"),
    ],
    [
      'the name of a tag is written into the statement',
      patch(
        TAGS,
        "await tx.db.updateTable('tag').set(change)",
        "const { sql } = await import('kysely')\n  await tx.db.updateTable('tag').set({ ...change, name: sql.raw(`'${change.name}'`) as never })",
      ),
    ],
    [
      'places in a list are not checked before they are asked for',
      patch('server/src/kernel/cursor.ts', "if (!checker.Check(place)) throw refuseField(field, 'wrong_form')", ''),
    ],
    [
      'a trigger of the database makes a statement of text',
      {
        kind: 'sql',
        statements: `
          create function public.note_reply() returns trigger language plpgsql security definer as
            $$ begin execute 'select ''' || new.title || ''''; return new; end $$;
          create trigger noted before insert or update on desk.saved_reply
            for each row execute function public.note_reply()`,
      },
    ],
  ]
  return faults.map(([name, plant]) => ({ name, claim: 'P2', probe: 'sql-injection', plant }))
}

function patch(file: string, find: string, replace: string): Fault['plant'] {
  return { kind: 'patch', file, find, replace }
}

/** What a screen would do that makes markup of every text it shows. */
const MAKES_MARKUP =
  '<script nonce="__NONCE__">const made = new WeakSet(); new MutationObserver(() => {' +
  ' for (const place of document.querySelectorAll("p,span,h1,h2")) {' +
  '  if (place.children.length > 0 || made.has(place) || !place.textContent.includes("<")) continue;' +
  '  made.add(place); place.innerHTML = place.textContent } }).observe(document, { childList: true, subtree: true })' +
  '</script></head>'

function markupFaults(): Fault[] {
  const PAGES = 'server/src/features/pages/index.ts'
  const policy = "      .header('content-security-policy', policy)\n"
  const type = "      .type('text/html; charset=utf-8')\n"
  const faults: [name: string, plant: Fault['plant']][] = [
    [
      'a screen makes markup of what people write',
      patch(
        PAGES,
        ".send(html.replaceAll('__NONCE__', nonce))",
        `.send(html.replace('</head>', \`${MAKES_MARKUP}\`).replaceAll('__NONCE__', nonce))`,
      ),
    ],
    [
      'a screen makes markup of what people write, and no policy stops it',
      patch(
        PAGES,
        `${policy}${type}      .send(html.replaceAll('__NONCE__', nonce))`,
        `.removeHeader('content-security-policy')\n${type}.send(html.replace('</head>', \`${MAKES_MARKUP}\`))`,
      ),
    ],
    [
      'a page repeats the address it was asked for',
      patch(
        PAGES,
        'return sendPage(reply, found)',
        "return sendPage(reply, (nonce) => ({ ...found(nonce), html: found(nonce).html.replace('</title>', () => `</title>${decodeURIComponent(request.url)}`) }))",
      ),
    ],
    [
      'files are shown as what their names say they are',
      patch(
        'server/src/features/files/serving.ts',
        "    'content-type': file.mediaType,\n    'content-length': String(to - from),\n    'content-disposition': contentDisposition(kind, file.fileName),\n",
        "    'content-security-policy': '',\n    'content-type': file.fileName.endsWith('.svg') ? 'image/svg+xml' : 'text/html',\n",
      ),
    ],
  ]
  return faults.map(([name, plant]) => ({ name, claim: 'P3', probe: 'xss', plant }))
}

const limiterFaults: readonly Fault[] = [
  {
    name: 'each process counts calls for itself',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: LIMITER,
      find: '.update(`${budget}|${subject}`)',
      replace: '.update(`${process.pid}|${budget}|${subject}`)',
    },
  },
  {
    name: 'where a call comes from is what the call says',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/server.ts',
      find: 'trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false',
      replace: 'trustProxy: true',
    },
  },
  {
    name: 'signing in draws on the large budget of reading',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: 'server/src/features/identity/routes.ts',
      find: "contract.signIn, { limit: 'auth' }",
      replace: "contract.signIn, { limit: 'read' }",
    },
  },
  {
    name: 'each host of an IPv6 network is a network',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: LIMITER,
      find: 'groups = [...left, ...gap, ...right].slice(0, 4)',
      replace: 'groups = [...left, ...gap, ...right]',
    },
  },
  {
    name: 'visitors are counted by nobody',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: ROUTES,
      find: 'await limiter.spend(rules.limit, `visitor|${visitor.visitorId}`)',
      replace: '',
    },
  },
  {
    name: 'a counter that fails lets everybody in',
    claim: 'P4',
    probe: 'rate-limits',
    plant: {
      kind: 'patch',
      file: LIMITER,
      find: "        .returning('used')\n        .executeTakeFirstOrThrow(),\n    )",
      replace: "        .returning('used')\n        .executeTakeFirstOrThrow(),\n    ).catch(() => ({ used: block }))",
    },
  },
]

export const applicationFaults: readonly Fault[] = [
  ...csrfFaults(),
  ...sqlFaults(),
  ...markupFaults(),
  ...headerFaults(),
  ...limiterFaults,
]
