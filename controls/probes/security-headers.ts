/**
 * Asks, as anybody may, for pages, answers, files and errors of every origin, and looks at what a browser is told to do
 * with them: which scripts may run, who may frame it, that nothing is guessed or kept. Signs in nowhere, writes nothing.
 */
import { type Answer, Caller, type OriginName } from './caller.ts'
import type { Exam, SafeProbe, Target } from './probe.ts'

type Policy = ReadonlyMap<string, readonly string[]>
/** How an answer is meant to be used. */
type Use = 'page' | 'framed page' | 'script' | 'style' | 'image' | 'data' | 'error'
type Asked = {
  readonly origin: OriginName
  readonly method?: string
  readonly path: string
  readonly use: Use
  readonly statuses: readonly number[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** 128 bits in base64. */
const NONCE = /^[A-Za-z0-9+/_-]{22,}={0,2}$/
const TYPES: Readonly<Record<Use, RegExp>> = {
  page: /^text\/html; charset=utf-8$/i,
  'framed page': /^text\/html; charset=utf-8$/i,
  script: /^(text|application)\/javascript/,
  style: /^text\/css/,
  image: /^image\//,
  data: /^application\/(json|manifest\+json)/,
  error: /^application\/problem\+json/,
}
const WILD = /^(\*|https?:|data:|blob:|'unsafe-inline'|'unsafe-eval'|'unsafe-hashes')$/
const LONG = 20_000

export const securityHeaders: SafeProbe = {
  name: 'security-headers',
  isSafe: true,
  async run(target, exam) {
    const caller = await callerOf(target, exam)
    const found = await filesOf(caller, exam)
    let [asked, alike] = [0, 0]
    for (const one of [...pages(found), ...found.files, ...answers(), ...errors(found.origins)]) {
      const answer = await ask(caller, one)
      asked += 1
      alike += one.statuses.includes(answer.status) ? 1 : 0
      judge(exam, one, answer)
    }
    exam.control(`answers are what was asked for: ${alike} of ${asked}`, alike === asked)
    await nonces(caller, exam, found)
  },
}

type Found = {
  readonly files: readonly Asked[]
  readonly origins: readonly OriginName[]
  /** Of the web chat that the storefront shows; null where there is no storefront. */
  readonly widget: string | null
}

function ask(caller: Caller, { method = 'GET', path, origin, headers, body }: Asked): Promise<Answer> {
  return caller.raw(method, path, { origin, headers, body })
}

/** The desk's own page names the origins of chat and files: they may be called anything. */
async function callerOf(target: Target, exam: Exam): Promise<Caller> {
  const page = await target.caller().raw('GET', '/signin')
  const files = policyOf(page)
    .get('img-src')
    ?.find((source) => /^https?:\/\//.test(source))
  const widget = /name="widget-origin" content="([^"]+)"/.exec(page.text)?.[1]
  exam.control('the desk names the origin of its files', files !== undefined)
  const known: Partial<Record<OriginName, string>> = { files, widget }
  return new Caller((origin) => known[origin] ?? target.addressOf(origin))
}

/** What the pages load: scripts, styles, images. */
async function filesOf(caller: Caller, exam: Exam): Promise<Found> {
  const desk = await caller.raw('GET', '/')
  const shop = await caller.raw('GET', '/', { origin: 'demo' }).catch(() => null)
  const key = shop?.status === 200 ? (/data-inbox="([a-z0-9]{16,40})"/.exec(shop.text)?.[1] ?? null) : null
  const widget = key === null ? null : `/widget/${key}`
  const frame = widget === null ? null : await caller.raw('GET', widget, { origin: 'widget' })
  const files = [
    ...loadedBy('desk', desk.text),
    ...(shop?.status === 200 ? loadedBy('demo', shop.text) : []),
    ...(frame ? loadedBy('widget', frame.text) : []),
    { origin: 'widget', path: '/widget.js', use: 'script', statuses: [200] } as const,
  ]
  const kinds = new Set(files.map(({ use }) => use))
  exam.control('pages load scripts and styles', kinds.has('script') && kinds.has('style'))
  return { files, widget, origins: ['desk', 'widget', 'files', ...(shop ? (['demo'] as const) : [])] }
}

function loadedBy(origin: OriginName, html: string): Asked[] {
  const paths = [...html.matchAll(/<(?:script|link|img)\b[^>]*?\b(?:src|href)="(\/[^"]+)"/g)].map(
    ([, path]) => path ?? '',
  )
  return [...new Set(paths)].flatMap((path): Asked[] => {
    const use = /\.js$/.test(path)
      ? 'script'
      : /\.css$/.test(path)
        ? 'style'
        : /\.(svg|png|webp)$/.test(path)
          ? 'image'
          : null
    return use === null ? [] : [{ origin, path, use, statuses: [200] }]
  })
}

function pages({ widget, origins }: Found): Asked[] {
  const ok = { statuses: [200] }
  return [
    ...['/', '/signin', '/signup', '/invite/nobody', '/reset/nobody', '/w/nobody/inbox', '/security'].map(
      (path): Asked => ({ origin: 'desk', path, use: 'page', ...ok }),
    ),
    ...(widget === null ? [] : [{ origin: 'widget', path: widget, use: 'framed page', ...ok } as const]),
    ...(origins.includes('demo') && widget !== null
      ? [{ origin: 'demo', path: '/', use: 'page', ...ok } as const]
      : []),
  ]
}

function answers(): Asked[] {
  const paths = ['/api/v1/session', '/api/v1/openapi.json', '/security/claims.json', '/healthz']
  return paths.map((path) => ({ origin: 'desk', path, use: 'data', statuses: [200] }))
}

/** Every way to be refused that a stranger has. */
function errors(origins: readonly OriginName[]): Asked[] {
  const json = { 'content-type': 'application/json' }
  const refused = (path: string, statuses: number[], more: Partial<Asked> = {}): Asked => ({
    origin: 'desk',
    path,
    use: 'error',
    statuses,
    ...more,
  })
  return [
    ...origins.flatMap((origin) => [
      refused('/nothing/here', [404], { origin }),
      refused('/%zz', [400, 404], { origin }),
      refused('/', [404, 405], { origin, method: 'DELETE' }),
      refused('/assets/nothing.js', [404], { origin }),
    ]),
    refused('/api/v1/preferences', [401], { method: 'PATCH', headers: json, body: '{}' }),
    refused('/api/v1/session', [403], { method: 'POST', headers: json, body: '{}' }),
    refused('/api/v1/workspaces/nobody/tags', [401, 404]),
    refused('/api/v1/session', [404, 405], { method: 'TRACE' }),
    refused('/api/v1/session', [404, 405], { method: 'OPTIONS' }),
    refused(`/invite/${'x'.repeat(900)}`, [404, 414]),
    refused('/a/nothing', [404], { origin: 'files' }),
    refused('/widget/nobody', [404], { origin: 'widget' }),
    refused('/widget/api/aaaaaaaaaaaaaaaaaaaa/messages', [401], { origin: 'widget' }),
    refused('/hooks/api/aaaaaaaaaaaaaaaaaaaa', [401, 404], { method: 'POST', headers: json, body: '{}' }),
    refused('/hooks/api/x', [404, 422], { method: 'POST', headers: json, body: '{}' }),
    { ...refused('/healthz', [431], { headers: { 'x-long': 'a'.repeat(LONG) } }), use: 'error' },
  ]
}

function policyOf(answer: Answer): Policy {
  const text = String(answer.headers['content-security-policy'] ?? '')
  const parts = text.split(';').map((part) => part.trim().split(/\s+/))
  return new Map(parts.map(([name = '', ...sources]) => [name.toLowerCase(), sources]))
}

function judge(exam: Exam, asked: Asked, answer: Answer): void {
  const { origin, method = 'GET', path, use } = asked
  const place = `${method} ${path.slice(0, 60)} of ${origin} (${answer.status})`
  const says = (name: string) => String(answer.headers[name] ?? '')
  const expect = (what: string, isSo: boolean) => exam.attempt(`${place}: ${what}`, isSo)
  expect('types are guessed', says('x-content-type-options') === 'nosniff')
  expect('addresses are passed on', says('referrer-policy') === 'no-referrer')
  expect('it shares a window with strangers', says('cross-origin-opener-policy') === 'same-origin')
  expect('it may use camera and microphone', /camera=\(\).*microphone=\(\)/.test(says('permissions-policy')))
  const mayBeLoaded = origin === 'widget' && (use === 'script' || use === 'style' || use === 'image')
  const sharing = says('cross-origin-resource-policy')
  expect('other sites may load it', sharing === 'same-origin' || (mayBeLoaded && sharing === 'cross-origin'))
  if (use !== 'framed page') expect('older browsers frame it', says('x-frame-options') === 'DENY')
  const isEmpty = answer.text === '' && answer.headers['content-type'] === undefined
  if (!(use === 'error' && isEmpty))
    expect(`it is served as ${says('content-type')}`, TYPES[use].test(says('content-type')))
  if (['page', 'framed page', 'error', 'data'].includes(use) && !/\.webmanifest$/.test(path)) {
    expect('it is kept by caches', /\bno-store\b/.test(says('cache-control')))
  }
  if (use === 'error') expect('an error repeats what was asked', !/%zz|xxxx|nothing\/here/.test(answer.text))
  judgePolicy(expect, asked, answer)
}

function judgePolicy(expect: (what: string, isSo: boolean) => void, { use }: Asked, answer: Answer): void {
  const policy = policyOf(answer)
  const sources = (name: string) => policy.get(name) ?? policy.get('default-src') ?? ['*']
  const isNone = (name: string) => policy.get(name)?.join() === "'none'"
  expect('its policy allows by default', isNone('default-src'))
  expect('its base can be moved', isNone('base-uri'))
  expect('its forms can lead elsewhere', ["'none'", "'self'"].includes(policy.get('form-action')?.join() ?? ''))
  expect('its objects may be anything', sources('object-src').join() === "'none'")
  const framers = policy.get('frame-ancestors') ?? ['*']
  const isNamed = framers.every((one) => /^https?:\/\/[^*\s]+$/.test(one) || one === "'none'" || one === "'self'")
  expect('anybody may frame it', use === 'framed page' ? isNamed : framers.join() === "'none'")
  expect('scripts from anywhere may run', !sources('script-src').some((one) => WILD.test(one)))
  expect('styles from anywhere apply', !sources('style-src').some((one) => WILD.test(one)))
  if (use !== 'page' && use !== 'framed page') {
    expect('it may run scripts though it is no page', sources('script-src').join() === "'none'")
    return
  }
  expect('text may become markup', policy.get('require-trusted-types-for')?.join() === "'script'")
  const nonce = nonceOf(answer)
  const scripts = [...answer.text.matchAll(/<script\b([^>]*)>/gi)].map(([, attributes]) => attributes ?? '')
  const isMarked = scripts.every((attributes) => nonce !== null && attributes.includes(`nonce="${nonce}"`))
  expect('a script of it is not marked as its own', isMarked)
  expect('it holds a handler in an attribute', !/<[a-z][^>]*\son[a-z]+\s*=/i.test(answer.text))
}

function nonceOf(answer: Answer): string | null {
  const named = [...policyOf(answer).values()].flat().flatMap((source) => /^'nonce-(.+)'$/.exec(source)?.[1] ?? [])
  return named[0] ?? null
}

/** A mark that stays the same could be written by whoever has seen it once. */
async function nonces(caller: Caller, exam: Exam, found: Found): Promise<void> {
  for (const page of pages(found)) {
    const [first, second] = [nonceOf(await ask(caller, page)), nonceOf(await ask(caller, page))]
    const place = `${page.path} of ${page.origin}`
    exam.control(`${place} marks its scripts or styles`, first !== null && second !== null)
    exam.attempt(`${place} has the same mark twice`, first !== second)
    exam.attempt(`${place} has a mark that can be guessed`, NONCE.test(first ?? '') && NONCE.test(second ?? ''))
  }
}
