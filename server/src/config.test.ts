/**
 * The configuration as tables: what is accepted and what it comes to, what is refused and in which words. A refusal
 * names the variable and what it must be, never the value, because the value may be a secret in the wrong place.
 */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { type Config, describeConfig, parseConfig, VARIABLES } from './config.ts'

const FILE = fileURLToPath(import.meta.url)
const BEYOND = {
  HOST: '0.0.0.0',
  TLS_CERT_FILE: FILE,
  TLS_KEY_FILE: FILE,
  ORIGIN_DESK: 'https://desk.example.com',
  ORIGIN_WIDGET: 'https://widget.example.com',
  ORIGIN_FILES: 'https://files.example.com',
  ORIGIN_DEMO: 'https://demo.example.com',
}

function good(environment: Record<string, string>): Config {
  const { config, problems } = parseConfig(environment)
  assert.equal(problems, null)
  return config as Config
}

test('an empty environment gives the desk of this machine', () => {
  const config = good({})
  assert.deepEqual(
    [config.port, config.host, config.isLoopback, config.isTls, config.tls, config.databaseUrl, config.logLevel],
    [3000, '127.0.0.1', true, false, null, null, 'info'],
  )
  assert.equal(config.isForThisMachine, true)
  assert.match(config.home, /[/\\]\.desk$/)
  assert.deepEqual(config.origins, {
    desk: 'http://localhost:3000',
    widget: 'http://widget.localhost:3000',
    files: 'http://files.localhost:3000',
    demo: 'http://demo.localhost:3000',
  })
  assert.deepEqual(new Set(Object.values(config.sources)), new Set(['default']))
})

test('what is set is taken, and an empty value counts as none', () => {
  const config = good({
    PORT: '8080',
    HOST: '::1',
    DESK_HOME: 'some/home',
    TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,2001:db8::/32',
    KEY_PROVIDER: 'aws-kms:arn:aws:kms:ap-southeast-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    LOG_LEVEL: '',
    SOMETHING_ELSE: 'is not read',
  })
  assert.deepEqual([config.port, config.host, config.logLevel], [8080, '::1', 'info'])
  assert.ok(config.home.endsWith('/some/home') && config.home.startsWith('/'), 'a home is an absolute path')
  assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])
  assert.deepEqual(config.keyProvider, {
    kind: 'aws-kms',
    keyArn: 'arn:aws:kms:ap-southeast-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  })
  assert.equal(config.origins.widget, 'http://widget.localhost:8080')
  assert.deepEqual([config.sources.PORT, config.sources.LOG_LEVEL], ['environment', 'default'])
})

test('beyond this machine it speaks TLS under the origins that are set', () => {
  const config = good(BEYOND)
  assert.deepEqual(config.tls, { certificateFile: FILE, keyFile: FILE })
  assert.deepEqual([config.isLoopback, config.isTls, config.origins.desk], [false, true, 'https://desk.example.com'])
})

test('behind a proxy of this machine people come over TLS though the desk itself speaks HTTP', () => {
  const { HOST, TLS_CERT_FILE, TLS_KEY_FILE, ...origins } = BEYOND
  const config = good(origins)
  assert.deepEqual([config.tls, config.isLoopback, config.isTls], [null, true, true])
})

test('a desk that a proxy shows to others is not for this machine alone, so strangers may not make it call loopback', () => {
  const { HOST, TLS_CERT_FILE, TLS_KEY_FILE, ...origins } = BEYOND
  assert.equal(good(origins).isForThisMachine, false)
  assert.equal(good({ ORIGIN_WIDGET: 'https://chat.example.com' }).isForThisMachine, false)
  assert.equal(good({ PORT: '8080', ORIGIN_DESK: 'http://[::1]:8080' }).isForThisMachine, true)
})

const WRONG: Record<(typeof VARIABLES)[number], string[]> = {
  PORT: ['0', '65536', '-1', '80a', '3000 ', '0x50', '1e3', '080'],
  HOST: ['desk.example.com', '256.1.1.1', '*', 'http://localhost'],
  DESK_HOME: ['a\0b'],
  DATABASE_URL: [
    'nonsense',
    'mysql://o:p@h/d',
    'postgres://o:p@h',
    'postgres://h/d',
    'postgres://o:p@h/d?sslrootcert=/no',
  ],
  TLS_CERT_FILE: ['/no/such/file'],
  TLS_KEY_FILE: ['/no/such/file'],
  TRUSTED_PROXIES: ['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.1,', '10.0.0.1;10.0.0.2', '2001:db8::/129'],
  KEY_PROVIDER: [
    'files',
    'aws-kms',
    'aws-kms:',
    'aws-kms:a key',
    'aws-kms:alias/x',
    'aws-kms:arn:aws:kms:eu-west-1:111122223333:alias/x',
    'gcp:key',
  ],
  ORIGIN_DESK: [
    'desk.example.com',
    'https://desk.example.com/',
    'https://desk.example.com/app',
    'http://desk.example.com',
  ],
  ORIGIN_WIDGET: ['https://WIDGET.example.com', 'ftp://widget.localhost', 'https://user@widget.example.com'],
  ORIGIN_FILES: ['https://files.example.com:443', 'javascript:alert(1)', 'http://localhost.example.com'],
  ORIGIN_DEMO: ['null', 'https://', 'http://demo.localhost:99999'],
  LOG_LEVEL: ['INFO', 'verbose'],
}

test('every wrong value is refused by name, with what it must be, and is not repeated', () => {
  for (const [name, values] of Object.entries(WRONG)) {
    for (const value of values) {
      const { problems } = parseConfig({ [name]: value })
      assert.equal(problems?.length, 1, `${name}=${value}`)
      assert.match(problems?.[0] ?? '', new RegExp(`^${name} must be .+\\.$`), `${name}=${value}`)
    }
  }
  assert.doesNotMatch(parseConfig({ DATABASE_URL: 'mysql://o:open-sesame@h/d' }).problems?.[0] ?? '', /open-sesame/)
})

const TOGETHER: [string, Record<string, string | undefined>, RegExp[]][] = [
  [
    'an open address without TLS',
    { ...BEYOND, TLS_CERT_FILE: undefined, TLS_KEY_FILE: undefined },
    [/^HOST must be a loop/],
  ],
  ['half of TLS', { TLS_CERT_FILE: FILE }, [/must be set together/]],
  [
    'an open address without origins',
    { ...BEYOND, ORIGIN_FILES: undefined, ORIGIN_DESK: '' },
    [/^ORIGIN_DESK must be set/, /^ORIGIN_FILES must be set/],
  ],
  [
    'two origins on one host',
    { ORIGIN_FILES: 'http://localhost:3000' },
    [/^ORIGIN_DESK must have/, /^ORIGIN_FILES must have/],
  ],
  [
    'an origin without TLS where we speak it',
    { TLS_CERT_FILE: FILE, TLS_KEY_FILE: FILE, ORIGIN_DEMO: 'http://demo.localhost:1' },
    [/^ORIGIN_DEMO must start with https/],
  ],
]

test('what is wrong only together is refused too', () => {
  for (const [name, environment, expected] of TOGETHER) {
    const { problems } = parseConfig(environment)
    assert.equal(problems?.length, expected.length, name)
    for (const [at, words] of expected.entries()) assert.match(problems?.[at] ?? '', words, name)
  }
})

test('all problems are told at once', () => {
  const { problems } = parseConfig({ PORT: 'x', HOST: 'y', LOG_LEVEL: 'z' })
  assert.deepEqual(
    problems?.map((problem) => problem.split(' ')[0]),
    ['PORT', 'HOST', 'LOG_LEVEL'],
  )
})

test('the description has every setting with its source and no secret; printing the object has none either', () => {
  const config = good({ DATABASE_URL: 'postgres://owner:open-sesame@127.0.0.1/desk', PORT: '4000' })
  const lines = describeConfig(config).split('\n')
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    [...VARIABLES],
  )
  assert.match(lines[0] ?? '', /^PORT +environment +4000$/)
  assert.match(lines[3] ?? '', /^DATABASE_URL +environment +\[secret\]$/)
  for (const shown of [
    describeConfig(config),
    inspect(config, { depth: 9 }),
    JSON.stringify(config),
    `${config.databaseUrl}`,
  ]) {
    assert.doesNotMatch(shown, /open-sesame/)
  }
  assert.match(config.databaseUrl?.reveal() ?? '', /open-sesame/)
})

test('the configuration cannot be changed', () => {
  const config = good({}) as { port: number; origins: { desk: string } }
  assert.throws(() => {
    config.port = 1
  }, TypeError)
  assert.throws(() => {
    config.origins.desk = 'https://elsewhere.example'
  }, TypeError)
})
