/**
 * The environment, read once, here and nowhere else, into a frozen object that is passed down as an argument.
 * Promises: every wrong value is named with what it must be, all of them at once; no value is printed that could be a
 * secret; on any address but this machine's own the program speaks TLS or does not start.
 * NOTE With KEY_PROVIDER=aws-kms:… the AWS SDK itself reads AWS_REGION and the AWS credential variables.
 */
import { accessSync, constants } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { LOG_LEVELS, type LogLevel } from './kernel/log.ts'
import { Secret } from './kernel/secret.ts'
import { StartRefusal } from './kernel/start-refusal.ts'
import type { OriginName, Origins } from './kernel/web/origins.ts'
import { addressFromUrl } from './postgres/address.ts'

type Given = Partial<Record<Variable, string>>
type Source = 'environment' | 'default'

export type Config = {
  readonly port: number
  readonly host: string
  /** Reached from this machine only. */
  readonly isLoopback: boolean
  /** Listens on this machine and is addressed on this machine: nobody else is served, not even through a proxy. */
  readonly isForThisMachine: boolean
  readonly home: string
  /** The owner's login of an outside database; null for the embedded one. */
  readonly databaseUrl: Secret | null
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null
  /** People reach the desk over TLS, ours or that of a proxy in front of us. */
  readonly isTls: boolean
  readonly trustedProxies: readonly string[]
  readonly keyProvider: { readonly kind: 'file' } | { readonly kind: 'aws-kms'; readonly keyArn: string }
  readonly origins: Origins
  readonly logLevel: LogLevel
  readonly sources: Readonly<Record<Variable, Source>>
}

const DEFAULT_PORT = '3000'
const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_HOME = fileURLToPath(new URL('../../.desk', import.meta.url))
const PORT_MAX = 65_535
const KMS_KEY = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** A scheme and a host, with nothing behind it, spelled as browsers spell it. Plain HTTP only to this machine. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text) || new URL(text).origin !== text) return false
  const { protocol } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackOrigin(text))
}

function isLoopbackOrigin(origin: string): boolean {
  return isLoopbackHost(new URL(origin).hostname.replace(/^\[|\]$/g, ''))
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  try {
    if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return false
    if (prefix !== undefined) new BlockList().addSubnet(address, Number(prefix), family)
    return isIP(address) !== 0
  } catch {
    return false
  }
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

function isDatabaseUrl(text: string): boolean {
  try {
    addressFromUrl(text)
    return /^postgres(ql)?:/.test(text)
  } catch {
    return false
  }
}

/** One variable: when it is right, and the words for what it must be. */
function variable(mustBe: string, isRight: (text: string) => boolean) {
  return Type.Optional(Type.Refine(Type.String(), isRight, () => mustBe))
}

const ORIGIN =
  'an origin such as https://desk.example.com, with https unless it is on this machine, and nothing behind it'

const Environment = Type.Object({
  PORT: variable(
    `a port number from 1 to ${PORT_MAX}`,
    (text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= PORT_MAX,
  ),
  HOST: variable('an IP address to listen on, or localhost', (text) => text === 'localhost' || isIP(text) !== 0),
  DESK_HOME: variable('the path of a folder', (text) => !text.includes('\0')),
  DATABASE_URL: variable('postgres://login:password@host/database', isDatabaseUrl),
  TLS_CERT_FILE: variable('the path of a certificate file that can be read', isReadable),
  TLS_KEY_FILE: variable('the path of a key file that can be read', isReadable),
  TRUSTED_PROXIES: variable('IP addresses or networks (10.0.0.0/8), separated by commas', (text) =>
    listOf(text).every(isNetwork),
  ),
  KEY_PROVIDER: variable('file, or aws-kms: and the ARN of a key', (text) =>
    text.startsWith('aws-kms:') ? KMS_KEY.test(text.slice('aws-kms:'.length)) : text === 'file',
  ),
  ORIGIN_DESK: variable(ORIGIN, isOrigin),
  ORIGIN_WIDGET: variable(ORIGIN, isOrigin),
  ORIGIN_FILES: variable(ORIGIN, isOrigin),
  ORIGIN_DEMO: variable(ORIGIN, isOrigin),
  LOG_LEVEL: variable(`one of ${LOG_LEVELS.join(', ')}`, (text) => (LOG_LEVELS as readonly string[]).includes(text)),
})

type Variable = keyof typeof Environment.properties
export const VARIABLES = Object.keys(Environment.properties) as Variable[]

const ORIGIN_VARIABLES = {
  desk: 'ORIGIN_DESK',
  widget: 'ORIGIN_WIDGET',
  files: 'ORIGIN_FILES',
  demo: 'ORIGIN_DEMO',
} as const satisfies Record<OriginName, Variable>

/** What is set; an empty value counts as none, as it does for most programs. */
function givenIn(environment: Readonly<Record<string, string | undefined>>): Given {
  const given: Given = {}
  for (const name of VARIABLES) if (environment[name]) given[name] = environment[name]
  return given
}

function originsOf(given: Given): Origins {
  const scheme = given.TLS_CERT_FILE ? 'https' : 'http'
  const local = (prefix: string) => new URL(`${scheme}://${prefix}localhost:${given.PORT ?? DEFAULT_PORT}`).origin
  return {
    desk: given.ORIGIN_DESK ?? local(''),
    widget: given.ORIGIN_WIDGET ?? local('widget.'),
    files: given.ORIGIN_FILES ?? local('files.'),
    demo: given.ORIGIN_DEMO ?? local('demo.'),
  }
}

/** What no single variable shows; each rule holds its tongue where one of its own variables is wrong already. */
function problemsBetween(given: Given): string[] {
  const problems: string[] = []
  const host = given.HOST ?? DEFAULT_HOST
  const hasTls = given.TLS_CERT_FILE !== undefined && given.TLS_KEY_FILE !== undefined
  if (!hasTls && (given.TLS_CERT_FILE ?? given.TLS_KEY_FILE) !== undefined) {
    problems.push('TLS_CERT_FILE and TLS_KEY_FILE must be set together.')
  }
  if (!isLoopbackHost(host)) {
    if (!hasTls) {
      problems.push(
        'HOST must be a loopback address unless TLS_CERT_FILE and TLS_KEY_FILE are set: beyond this machine the desk speaks TLS only.',
      )
    }
    for (const name of ['ORIGIN_DESK', 'ORIGIN_WIDGET', 'ORIGIN_FILES'] as const) {
      if (given[name] === undefined) problems.push(`${name} must be set when HOST is not a loopback address.`)
    }
  }
  const origins = originsOf(given)
  for (const [name, origin] of Object.entries(origins)) {
    const variableName = ORIGIN_VARIABLES[name as OriginName]
    const sharedWith = Object.values(origins).filter((other) => new URL(other).host === new URL(origin).host)
    if (sharedWith.length > 1) problems.push(`${variableName} must have a host and port that no other origin has.`)
    if (hasTls && !origin.startsWith('https:'))
      problems.push(`${variableName} must start with https: when TLS files are set.`)
  }
  return problems
}

/** The configuration of an environment, or everything that is wrong with it. */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
): { config: Config; problems: null } | { config: null; problems: readonly string[] } {
  const given = givenIn(environment)
  const wrong = Value.Errors(Environment, given)
  const problems = wrong.map(({ instancePath, message }) => `${instancePath.slice(1)} must be ${message}.`)
  if (wrong.length === 0) problems.push(...problemsBetween(given))
  return problems.length > 0 ? { config: null, problems } : { config: configOf(given), problems: null }
}

function configOf(given: Given): Config {
  const origins = originsOf(given)
  const host = given.HOST ?? DEFAULT_HOST
  const keyArn = given.KEY_PROVIDER?.startsWith('aws-kms:') ? given.KEY_PROVIDER.slice('aws-kms:'.length) : null
  const { TLS_CERT_FILE: certificateFile, TLS_KEY_FILE: keyFile } = given
  const sources = Object.fromEntries(
    VARIABLES.map((name) => [name, given[name] === undefined ? 'default' : 'environment']),
  )
  return Object.freeze({
    port: Number(given.PORT ?? DEFAULT_PORT),
    host,
    isLoopback: isLoopbackHost(host),
    isForThisMachine: isLoopbackHost(host) && Object.values(origins).every(isLoopbackOrigin),
    home: resolve(given.DESK_HOME ?? DEFAULT_HOME),
    databaseUrl: given.DATABASE_URL === undefined ? null : new Secret(given.DATABASE_URL),
    tls: certificateFile && keyFile ? Object.freeze({ certificateFile, keyFile }) : null,
    isTls: origins.desk.startsWith('https:'),
    trustedProxies: Object.freeze(given.TRUSTED_PROXIES ? listOf(given.TRUSTED_PROXIES) : []),
    keyProvider: Object.freeze(keyArn === null ? { kind: 'file' } : { kind: 'aws-kms', keyArn }),
    origins: Object.freeze(origins),
    logLevel: (given.LOG_LEVEL ?? 'info') as LogLevel,
    sources: Object.freeze(sources) as Record<Variable, Source>,
  })
}

/** The environment of this process: the one place that looks at it. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** Reads the environment of this process; refuses with every problem on a line of its own. */
export function readConfig(): Config {
  const { config, problems } = parseConfig(readEnvironment())
  if (problems) throw new StartRefusal(problems.join('\n'))
  return config
}

/** Every setting, its value (never a secret one) and where it comes from, for people. */
export function describeConfig(config: Config): string {
  const { tls, keyProvider, origins } = config
  const values: Record<Variable, string> = {
    PORT: String(config.port),
    HOST: config.host,
    DESK_HOME: config.home,
    DATABASE_URL: config.databaseUrl === null ? 'none: the embedded database' : String(config.databaseUrl),
    TLS_CERT_FILE: tls?.certificateFile ?? 'none',
    TLS_KEY_FILE: tls?.keyFile ?? 'none',
    TRUSTED_PROXIES: config.trustedProxies.join(', ') || 'none',
    KEY_PROVIDER: keyProvider.kind === 'file' ? 'file' : `aws-kms:${keyProvider.keyArn}`,
    ORIGIN_DESK: origins.desk,
    ORIGIN_WIDGET: origins.widget,
    ORIGIN_FILES: origins.files,
    ORIGIN_DEMO: origins.demo,
    LOG_LEVEL: config.logLevel,
  }
  const row = (...cells: string[]) =>
    cells
      .map((cell, at) => cell.padEnd([17, 13][at] ?? 0))
      .join('')
      .trimEnd()
  return VARIABLES.map((name) => row(name, config.sources[name], values[name])).join('\n')
}
