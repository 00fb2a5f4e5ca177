/**
 * The only way out: every HTTP call that the server makes to another machine goes through here.
 * Promises: HTTPS with a checked certificate and TLS 1.3 (1.2 only for hosts named with a reason); the name is resolved
 * once, every answer must be a public address, and the connection goes to an address that was checked; no redirect is
 * followed; time, request and response have limits. What goes wrong is a value with a name that says whether the
 * other side may have seen the call.
 * Refuses: plain HTTP and loopback, unless composition allowed loopback, then plain HTTP to loopback alone.
 */
import { lookup as lookUpName } from 'node:dns/promises'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, getCACertificates } from 'node:tls'
import { type FailureCode, type Failure, failed, OUTBOUND_LIMITS, type Outbound } from './outbound-call.ts'
import { exchange } from './outbound-exchange.ts'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

export type { Failure, FailureCode, Outbound, OutboundCall, OutboundResponse, OutboundResult } from './outbound-call.ts'
export { OUTBOUND_LIMITS } from './outbound-call.ts'

export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>

export interface OutboundOptions {
  readonly allowLoopback: boolean
  readonly resolve?: Resolve
  /** PEM certificates trusted besides the public authorities. */
  readonly certificateAuthorities?: readonly string[]
  /** Partners that cannot speak TLS 1.3, each with the reason why it is called nevertheless. */
  readonly tls12Hosts?: ReadonlyMap<string, string>
}

interface Target {
  readonly url: URL
  /** Without the brackets of an IPv6 literal and without a closing dot. */
  readonly hostname: string
  readonly port: number
  readonly isTls: boolean
}

function readTarget(text: string): Target | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const isTls = url.protocol === 'https:'
  if (!isTls && url.protocol !== 'http:') return null
  if (url.username !== '' || url.password !== '') return null
  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (hostname === '') return null
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
  return { url, hostname, port, isTls }
}

/** Why these addresses must not be called, or null. One bad answer among good ones spoils them all. */
function refuseAddresses(
  addresses: readonly string[],
  target: Target,
  allowLoopback: boolean,
): 'private_address' | 'not_https' | null {
  if (allowLoopback && addresses.every(isLoopbackAddress)) return null
  if (!addresses.every(isPublicAddress)) return 'private_address'
  return target.isTls ? null : 'not_https'
}

/**
 * Looks at an address without calling it, so that a setting can be refused when it is saved. A name that resolves to
 * a forbidden address is only found when it is called.
 */
export function refuseTarget(url: string, allowLoopback: boolean): FailureCode | null {
  const target = readTarget(url)
  if (!target) return 'bad_url'
  if (isIP(target.hostname)) return refuseAddresses([target.hostname], target, allowLoopback)
  return target.isTls || allowLoopback ? null : 'not_https'
}

/** Resolves to null at the event, or to what prevented it. */
function reached(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const abort = () => resolve('ETIMEDOUT')
    signal.addEventListener('abort', abort, { once: true })
    socket.once(event, () => resolve(null))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name))
    socket.once('close', () => resolve('ECONNRESET'))
    if (signal.aborted) abort()
  })
}

async function resolveName(target: Target, resolve: Resolve, signal: AbortSignal): Promise<string[] | Failure> {
  if (isIP(target.hostname)) return [target.hostname]
  const cut = new Promise<null>((done) => {
    signal.addEventListener('abort', () => done(null), { once: true })
    if (signal.aborted) done(null)
  })
  try {
    const answers = await Promise.race([resolve(target.hostname), cut])
    if (!answers) return failed('timed_out_before_send', 'resolving the name')
    return answers.length > 0 ? answers.map((answer) => answer.address) : failed('dns_failed', 'ENODATA')
  } catch (error) {
    return failed('dns_failed', (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN')
  }
}

/** Answers with the addresses that were checked, whatever the name has come to mean since. */
function pinned(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_hostname, options, done) => {
    const first = answers[0] as { address: string; family: number }
    if (options.all) done(null, answers)
    else done(null, first.address, first.family)
  }
}

async function openTcp(target: Target, addresses: readonly string[], signal: AbortSignal): Promise<Socket | Failure> {
  const where = { host: target.hostname, port: target.port, lookup: pinned(addresses), autoSelectFamily: true }
  const socket = connectTcp(where)
  const problem = await reached(socket, 'connect', signal)
  if (problem === null) return socket
  socket.destroy()
  return signal.aborted ? failed('timed_out_before_send', 'connecting') : failed('connect_failed', problem)
}

async function openTls(
  raw: Socket,
  target: Target,
  options: OutboundOptions,
  signal: AbortSignal,
): Promise<Socket | Failure> {
  const extra = options.certificateAuthorities ?? []
  const socket = connectTls({
    socket: raw,
    host: target.hostname,
    servername: isIP(target.hostname) ? undefined : target.hostname,
    minVersion: options.tls12Hosts?.has(target.hostname) ? 'TLSv1.2' : 'TLSv1.3',
    ca: extra.length > 0 ? [...getCACertificates('default'), ...extra] : undefined,
    ALPNProtocols: ['http/1.1'],
  })
  const problem = await reached(socket, 'secureConnect', signal)
  if (problem === null) return socket
  socket.destroy()
  raw.destroy()
  return signal.aborted ? failed('timed_out_before_send', 'TLS') : failed('tls_failed', problem)
}

async function open(target: Target, options: OutboundOptions, signal: AbortSignal): Promise<Socket | Failure> {
  const resolve = options.resolve ?? ((hostname) => lookUpName(hostname, { all: true }))
  const addresses = await resolveName(target, resolve, signal)
  if (!Array.isArray(addresses)) return addresses
  const refusal = refuseAddresses(addresses, target, options.allowLoopback)
  if (refusal) return failed(refusal)
  const socket = await openTcp(target, addresses, signal)
  if ('kind' in socket || !target.isTls) return socket
  return openTls(socket, target, options, signal)
}

export function createOutbound(options: OutboundOptions): Outbound {
  return {
    async call(call) {
      const target = readTarget(call.url)
      if (!target) return failed('bad_url')
      if (!target.isTls && !options.allowLoopback) return failed('not_https')
      if ((call.body?.length ?? 0) > OUTBOUND_LIMITS.requestBytes) return failed('request_too_large')
      const whole = new AbortController()
      const timer = setTimeout(() => whole.abort(), call.timeoutMs)
      const connecting = AbortSignal.any([whole.signal, AbortSignal.timeout(OUTBOUND_LIMITS.connectTimeoutMs)])
      try {
        const socket = await open(target, options, connecting)
        if ('kind' in socket) return socket
        return await exchange(socket, target.url, call, whole.signal)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
