/**
 * A desk with a certificate: older versions of TLS, and none at all, on its port; HSTS on answers and errors of every
 * origin; what it calls without TLS 1.3 or with a certificate nobody signed; and a start on an address of the network
 * without a certificate, which must not succeed.
 */
import { createServer as createHttps, type Server as HttpsServer, request, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect, createServer as createTls, type Server } from 'node:tls'
import { clientId, done, messageFrom, postHook, until } from './belongings.ts'
import { Caller } from './caller.ts'
import { liftBudgets } from './newcomers.ts'
import { answerTo, helloOf, helloOfSsl2, isAccepted, OLD_VERSIONS } from './old-hellos.ts'
import type { Certificate, Exam, Stage, StageProbe } from './probe.ts'

const HSTS_MIN_S = 2 * 365 * 24 * 3600
const CALL_TIMEOUT_MS = 60_000
const CALLED_WITHIN_MS = 60_000
const ORIGINS = ['desk', 'widget', 'files', 'demo'] as const

export const ownPortTls: StageProbe = {
  name: 'own-port-tls',
  isSafe: false,
  async run(stage, exam) {
    const pair = stage.certificate()
    await refusesWithout(stage, exam, pair)
    await stage.start({
      TLS_CERT_FILE: pair.certificateFile,
      TLS_KEY_FILE: pair.keyFile,
      NODE_EXTRA_CA_CERTS: pair.certificateFile,
    })
    await liftBudgets(stage)
    await onTheWire(stage, exam, pair)
    await hstsEverywhere(stage, exam, pair)
    if (!exam.isBroken()) await whatItCalls(stage, exam, pair)
  },
}

/** An address at which others on the network could reach this machine, if it has one; else every address. */
function addressOnTheNetwork(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '0.0.0.0'
}

async function refusesWithout(stage: Stage, exam: Exam, pair: Certificate): Promise<void> {
  await stage.stop()
  const host = addressOnTheNetwork()
  const origins = Object.fromEntries(
    ORIGINS.map((name) => [`ORIGIN_${name.toUpperCase()}`, `https://${name}.desk.example`]),
  )
  const plain = Object.fromEntries(Object.entries(origins).map(([name, url]) => [name, url.replace('https', 'http')]))
  const tls = { TLS_CERT_FILE: pair.certificateFile, TLS_KEY_FILE: pair.keyFile }
  const { TLS_KEY_FILE: _key, ...half } = tls
  for (const [what, env, reason] of [
    ['without a certificate', { HOST: host, ...origins }, /TLS_CERT_FILE/],
    ['without a certificate, on every address', { HOST: '0.0.0.0', ...origins }, /TLS_CERT_FILE/],
    ['without the key of its certificate', { HOST: host, ...origins, ...half }, /TLS_KEY_FILE/],
    ['for plain addresses', { HOST: host, ...plain, ...tls }, /ORIGIN_DESK/],
  ] as const) {
    const refusal = await stage.start({ ...env }).then(
      () => null,
      (error: Error) => error.message,
    )
    exam.attempt(`the desk started ${what} on an address of the network`, refusal !== null)
    if (refusal !== null) exam.control(`the refusal to start ${what} says why`, reason.test(refusal))
    await stage.stop()
  }
}

async function onTheWire(stage: Stage, exam: Exam, { certificate, key }: Certificate): Promise<void> {
  const port = Number(new URL(stage.url).port)
  const old = await listen(createTls({ cert: certificate, key, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }))
  for (const [name, version] of Object.entries(OLD_VERSIONS)) {
    const hello = helloOf(version, 'localhost')
    // What Node's own library still can, an old server understands: the hello is a good one.
    if (name !== 'SSL 3.0') {
      exam.control(`an old server takes a hello of ${name}`, isAccepted(await answerTo(hello, old.port)))
    }
    exam.attempt(`${name} is spoken`, !isAccepted(await answerTo(hello, port)))
  }
  exam.attempt('SSL 2.0 is spoken', !isAccepted(await answerTo(helloOfSsl2(), port)))
  await old.close()
  const plain = Buffer.from('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const answer = await answerTo(plain, port)
  exam.attempt('plain HTTP is answered', !answer.toString('latin1').startsWith('HTTP/'))
  for (const ALPNProtocols of [['h2'], ['http/1.1']]) {
    const spoken = await new Promise<string | null>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: 'localhost', ca: certificate, ALPNProtocols }
      const socket = connect(options, () => {
        resolve(socket.getProtocol())
        socket.destroy()
      })
      socket.on('error', reject)
    })
    exam.attempt(`${ALPNProtocols} comes with ${spoken}`, spoken === 'TLSv1.3')
  }
}

async function hstsEverywhere(stage: Stage, exam: Exam, { certificate }: Certificate): Promise<void> {
  const port = Number(new URL(stage.url).port)
  const json = { 'content-type': 'application/json' }
  const asked: [method: string, path: string, headers?: Record<string, string>, body?: string][] = [
    ['GET', '/'],
    ['GET', '/healthz'],
    ['GET', '/security'],
    ['GET', '/no-such-page'],
    ['GET', '/api/v1/session'],
    ['GET', '/api/v1/workspaces/nobody/conversations'],
    ['POST', '/api/v1/session', json, '{'],
    ['POST', '/api/v1/session', { 'content-type': 'text/plain' }, 'x'],
    ['POST', '/hooks/api/aaaaaaaaaaaaaaaaaaaa', json, '{}'],
    ['PUT', '/healthz'],
    ['GET', '/%zz'],
    ['GET', `/api/v1/invitations/${'a'.repeat(900)}`],
    ['GET', '/a/unknown'],
    ['GET', '/', { host: 'elsewhere.example' }],
    ['GET', '/', { cookie: 'x'.repeat(20_000) }],
  ]
  const statuses = new Set<number>()
  for (const origin of ORIGINS) {
    const host = origin === 'desk' ? `localhost:${port}` : `${origin}.localhost:${port}`
    for (const [method, path, headers = {}, body] of asked) {
      const { status, hsts } = await overTls(
        { port, method, path, headers: { host, ...headers }, ca: certificate },
        body,
      )
      statuses.add(status)
      const seconds = Number(/max-age=(\d+)/.exec(hsts)?.[1] ?? 0)
      const isWhole = seconds >= HSTS_MIN_S && /includeSubDomains/i.test(hsts) && /preload/i.test(hsts)
      exam.attempt(`${status} of ${method} ${path.slice(0, 40)} on ${origin} comes without HSTS for two years`, isWhole)
    }
  }
  const isSeen = (status: number) => statuses.has(status)
  exam.control('good answers and errors were seen', [200, 400, 401, 404, 415].every(isSeen))
}

function overTls(
  options: { port: number; method: string; path: string; headers: Record<string, string>; ca: string },
  body?: string,
): Promise<{ status: number; hsts: string }> {
  return new Promise((resolve, reject) => {
    const call = { ...options, host: '127.0.0.1', servername: 'localhost', agent: false, timeout: CALL_TIMEOUT_MS }
    const sent = request(call, (response) => {
      response.resume()
      resolve({
        status: response.statusCode ?? 0,
        hsts: String(response.headers['strict-transport-security'] ?? ''),
      })
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A reply goes to receivers of three kinds; only the one with TLS 1.3 and a certificate that is known may get it. */
async function whatItCalls(stage: Stage, exam: Exam, pair: Certificate): Promise<void> {
  const secure = (): Caller => {
    const caller = new Caller((origin) => stage.addressOf(origin).replace('http:', 'https:'))
    caller.trusts = pair.certificate
    return caller
  }
  const { email, password } = stage.cast.by.owner
  const owner = secure()
  const signingIn = { email, password, sharedComputer: false }
  await done(owner.call('POST', '/api/v1/session', { body: signingIn }), 'signing in')
  const at = `/api/v1/workspaces/${stage.cast.shapla.id}`
  const replyTo = async (name: string, options: ServerOptions): Promise<'received' | 'broken off'> => {
    const receiver = await receiverOf(options)
    const settings = { callbackUrl: `https://127.0.0.1:${receiver.port}/in` }
    const body = { channel: 'api', name, settings }
    const { inbox, signingSecret } = await done(owner.call('POST', `${at}/inboxes`, { body }), 'an inbox')
    const call = messageFrom(name, 'asks something')
    await done(postHook({ ...stage, caller: secure }, inbox, signingSecret, call), 'a signed call')
    const row = await until(async () => {
      const { conversations } = await done(owner.call('GET', `${at}/conversations?view=all`), 'the list')
      return conversations.find((one: { inboxId: string }) => one.inboxId === inbox.id)
    }, 'the conversation')
    const reply = { clientMessageId: clientId(), text: 'an answer', attachmentIds: [], seenNumber: 1 }
    await done(owner.call('POST', `${at}/conversations/${row.id}/messages`, { body: reply }), 'a reply')
    return receiver.outcome.finally(receiver.close)
  }
  const own = { cert: pair.certificate, key: pair.key }
  const strange = stage.certificate()
  const strangers = { cert: strange.certificate, key: strange.key }
  const modern = await replyTo('modern', { ...own, minVersion: 'TLSv1.3' })
  exam.control('a receiver with TLS 1.3 gets its message', modern === 'received')
  const older = await replyTo('older', { ...own, maxVersion: 'TLSv1.2' })
  exam.attempt('a message was sent over TLS 1.2', older === 'broken off')
  const unknown = await replyTo('unknown', { ...strangers, minVersion: 'TLSv1.3' })
  exam.attempt('a message was sent to whom no known authority has certified', unknown === 'broken off')
}

async function receiverOf(options: ServerOptions) {
  const server = createHttps(options)
  const outcome = new Promise<'received' | 'broken off'>((resolve, reject) => {
    server.on('request', (request, response) => {
      request.resume()
      response.writeHead(200).end('{}')
      resolve('received')
    })
    server.on('tlsClientError', () => resolve('broken off'))
    setTimeout(() => reject(new Error('nobody called a receiver in time')), CALLED_WITHIN_MS).unref()
  })
  outcome.catch(() => {})
  return { outcome, ...(await listen(server)) }
}

async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  // What a peer breaks off is expected here.
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) (server as HttpsServer).closeAllConnections()
    })
  return { port, close }
}
