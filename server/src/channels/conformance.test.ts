/**
 * The same exam for every adapter in the registry. It first examines adapters with one planted fault each and must
 * name exactly the promise that the fault breaks, so that an exam that sees nothing cannot pass.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHANNELS, type InboxSettings } from '@central-desk/contract/inboxes.ts'
import { type ApiReceiver, startApiReceiver } from '../../../tools/simulators/api-receiver/receiver.ts'
import { type Broken, examine, type Fixture, type Kit } from '../../test/support/channel-exam.ts'
import { createOutbound } from '../kernel/outbound.ts'
import { signedHeaders } from './api/signature.ts'
import type { Adapter, ExternalMessageId, SignedAdapter } from './port.ts'
import { ADAPTERS } from './registry.ts'

const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const SETTINGS: Record<string, (url: string) => InboxSettings> = {
  api: (url) => ({ callbackUrl: url }),
  webchat: () => ({}),
}

let receiver: ApiReceiver
before(async () => {
  receiver = await startApiReceiver({ secret: SIGNING_SECRET })
  receiver.behave({ kind: 'acceptThenHang' })
})
after(() => receiver.stop())

function readFixtures(channel: string): Fixture[] {
  const folder = join(import.meta.dirname, channel, 'fixtures')
  const files = readdirSync(folder)
  const normalOf = (file: string) => file.replace(/\.json$/, '.normal.json')
  return files
    .filter((file) => !file.endsWith('.normal.json'))
    .map((file) => ({
      name: file,
      raw: readFileSync(join(folder, file)),
      normal: files.includes(normalOf(file)) ? JSON.parse(readFileSync(join(folder, normalOf(file)), 'utf8')) : null,
    }))
}

function sign(raw: Buffer, id: string, at: Date, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw])
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(signed)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac.digest('base64')}` }
}

function kitOf(adapter: Adapter): Kit {
  const settings = SETTINGS[adapter.channel]
  assert.ok(settings, `the exam has no settings for the channel ${adapter.channel}`)
  const hanging = { url: receiver.url, http: createOutbound({ allowLoopback: true }) }
  return { adapter, fixtures: readFixtures(adapter.channel), sign, settings, hanging }
}

const promisesOf = (broken: Broken[]) => broken.map((one) => one.promise)
const api = ADAPTERS.api
const shown = { externalId: '1' as ExternalMessageId, kind: 'accepted', state: 'sent' } as const

/** One fault each, and the promises that it breaks. */
const FAULTS: { name: string; fault: Partial<SignedAdapter>; breaks: string[] }[] = [
  {
    name: 'looks at the headers only',
    fault: {
      verify: (_raw, headers, secrets, now) => {
        const raw = readFixtures('api')[0]?.raw as Buffer
        return api.verify(raw, headers, secrets, now)
      },
    },
    breaks: [
      'a good signature passes',
      'a flipped byte of the body is refused',
      'a corrected event under the same id has a key of its own',
    ],
  },
  {
    name: 'does not look at the clock',
    fault: {
      verify: (raw, headers, secrets) => {
        const seconds = Number(headers['webhook-timestamp'])
        return api.verify(raw, headers, secrets, new Date(seconds * 1000))
      },
    },
    breaks: ['an old call is refused', 'a call from the future is refused'],
  },
  {
    name: 'knows one secret only',
    fault: { verify: (raw, headers, secrets, now) => api.verify(raw, headers, secrets.slice(0, 1), now) },
    breaks: ['during a rotation either secret passes, and none passes when none is good'],
  },
  {
    name: 'lets a call without a signature pass',
    fault: {
      verify: (raw, headers, secrets, now) => {
        if (headers['webhook-signature'] !== undefined) return api.verify(raw, headers, secrets, now)
        const id = String(headers['webhook-id'])
        return api.verify(raw, signedHeaders(id, raw, secrets, now), secrets, now)
      },
    },
    breaks: ['an absent, empty or doubled header is refused'],
  },
  {
    name: 'compares bytes of base64, which has several spellings',
    fault: {
      verify: (raw, headers, secrets, now) => {
        const given = String(headers['webhook-signature'] ?? '').replace(/^v1,/, '')
        const canonical = `v1,${Buffer.from(given, 'base64').toString('base64')}`
        return api.verify(raw, { ...headers, 'webhook-signature': canonical }, secrets, now)
      },
    },
    breaks: ['a flipped letter of any header is refused', 'an absent, empty or doubled header is refused'],
  },
  {
    name: 'takes the moment for the key',
    fault: {
      verify: (raw, headers, secrets, now) => {
        const verdict = api.verify(raw, headers, secrets, now)
        return verdict.ok ? { ok: true, eventKey: String(headers['webhook-timestamp']) as never } : verdict
      },
    },
    breaks: [
      'the same event has the same key, another event another',
      'a corrected event under the same id has a key of its own',
    ],
  },
  {
    name: 'takes the id alone for the key',
    fault: {
      verify: (raw, headers, secrets, now) => {
        const verdict = api.verify(raw, headers, secrets, now)
        return verdict.ok ? { ok: true, eventKey: String(headers['webhook-id']) as never } : verdict
      },
    },
    breaks: ['a corrected event under the same id has a key of its own'],
  },
  {
    name: 'trusts the shape of what it reads',
    fault: {
      normalise: (raw) => {
        const read = api.normalise(raw)
        if (Array.isArray(read)) return read
        const { id, from } = JSON.parse(raw.toString())
        return [{ kind: 'message', externalId: id.trim(), from: from.id } as never]
      },
    },
    breaks: [
      'every fixture has its normal form',
      'reading twice gives the same, and leaves the bytes alone',
      'any bytes give a value and never a crash',
      'what is unreadable is named without a word of it',
    ],
  },
  {
    name: 'says what it could not read',
    fault: {
      normalise: (raw) => {
        const read = api.normalise(raw)
        const isOfNoUse = !Array.isArray(read) && read.reason === 'unknown_type'
        return isOfNoUse ? { ...read, field: JSON.parse(raw.toString()).type } : read
      },
    },
    breaks: ['every fixture has its normal form', 'what is unreadable is named without a word of it'],
  },
  {
    name: 'wipes the bytes it has read',
    fault: {
      normalise: (raw) => {
        const read = api.normalise(raw)
        raw.fill(0)
        return read
      },
    },
    breaks: ['reading twice gives the same, and leaves the bytes alone'],
  },
  {
    name: 'waits for ever',
    fault: { send: (request, http) => api.send({ ...request, timeoutMs: 60_000 }, http) },
    breaks: [
      'every try of an idempotent channel carries the same bytes, within the time it was given',
      'a receiver that never answers is given up at the deadline',
    ],
  },
  {
    name: 'takes a broken connection for an unreachable receiver',
    fault: {
      send: async (request, http) => {
        const outcome = await api.send(request, http)
        return outcome.kind === 'uncertain' ? { ...outcome, kind: 'unreachable', code: 'connect_failed' } : outcome
      },
    },
    breaks: ['a failure before anything left is never uncertain, one after it always is'],
  },
  {
    name: 'takes every answer for a yes',
    fault: {
      send: (request, http) =>
        api.send(request, {
          call: async (call) => {
            const result = await http.call(call)
            return result.kind === 'response' ? { ...result, status: 200 } : result
          },
        }),
    },
    breaks: ['only a 2xx answer is accepted, and every answer means something'],
  },
  {
    name: 'sends whatever it is given',
    fault: {
      send: async (request, http) => (await api.send({ ...request, text: '', attachments: [] }, http)) && shown,
    },
    breaks: [
      'what is too large is rejected before anything leaves',
      'a failure before anything left is never uncertain, one after it always is',
      'only a 2xx answer is accepted, and every answer means something',
    ],
  },
  {
    name: 'counts bytes for characters',
    fault: {
      send: async (request, http) =>
        Buffer.byteLength(request.text) > api.capabilities.maxTextCharacters
          ? { kind: 'rejected', code: 'text_too_long', detail: '' }
          : api.send(request, http),
    },
    breaks: ['text at the limit, counted in characters and not in bytes, is sent'],
  },
  {
    name: 'throws what went wrong',
    fault: {
      send: async (request, http) => {
        const outcome = await api.send(request, http)
        if (outcome.kind === 'unreachable') throw new Error(outcome.code)
        return outcome
      },
    },
    breaks: ['a failure before anything left is never uncertain, one after it always is'],
  },
]

test('the exam finds every planted fault, and nothing else in that adapter', async () => {
  const findings: Record<string, string[]> = {}
  for (const { name, fault } of FAULTS) findings[name] = promisesOf(await examine(kitOf({ ...api, ...fault })))
  assert.deepEqual(findings, Object.fromEntries(FAULTS.map(({ name, breaks }) => [name, breaks])))
})

test('a visitor adapter that claims to verify is found', async () => {
  const posing = { ...ADAPTERS.webchat, verify: api.verify }
  assert.deepEqual(promisesOf(await examine(kitOf(posing))), [
    'events that nobody signs cannot be verified as if they were',
  ])
})

test('a fixture without its normal form is found', async () => {
  const kit = kitOf(api)
  const raw = Buffer.from('{"type":"message","id":"1","from":{"id":"7"},"text":"new"}')
  const broken = await examine({ ...kit, fixtures: [...kit.fixtures, { name: 'new.json', raw, normal: null }] })
  assert.deepEqual(promisesOf(broken), ['every fixture has its normal form'])
})

for (const channel of CHANNELS) {
  test(`${channel} keeps every promise of the port`, async () => {
    assert.equal(ADAPTERS[channel].channel, channel)
    assert.deepEqual(await examine(kitOf(ADAPTERS[channel])), [])
  })
}
