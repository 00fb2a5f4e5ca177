/**
 * The exam that every channel adapter sits, the same questions for all. `examine` answers with the promises that were
 * broken, by name, so that the test can show that a planted fault breaks the promise it should and no adapter of ours
 * breaks any. What a channel has no part in (a signature where visitors have none) is asked as "it has none".
 */
import { isDeepStrictEqual } from 'node:util'
import type { InboxSettings } from '@central-desk/contract/inboxes.ts'
import fc from 'fast-check'
import type {
  Adapter,
  ExternalContactId,
  Headers,
  Inbound,
  Outcome,
  SendRequest,
  SignedAdapter,
  Unreadable,
} from '../../src/channels/port.ts'
import { FAILURE_CODES, failed } from '../../src/kernel/outbound-call.ts'
import type { Outbound, OutboundCall, OutboundResult } from '../../src/kernel/outbound.ts'
import { Secret } from '../../src/kernel/secret.ts'

export interface Fixture {
  name: string
  raw: Buffer
  /** The parsed `*.normal.json` beside it, or null when there is none. */
  normal: unknown
}

export interface Kit {
  adapter: Adapter
  fixtures: readonly Fixture[]
  /** What an honest sender puts on a call, written apart from the adapter. */
  sign(raw: Buffer, id: string, at: Date, secret: string): Record<string, string>
  settings(url: string): InboxSettings
  /** Calls a receiver that reads everything and never answers. */
  hanging: { url: string; http: Outbound }
}

const NOW = new Date('2026-05-25T06:00:00Z')
const RUNS = 300
const CANARY = 'canaryword'
const TIMEOUT_MS = 100
const GUARD_MS = 5_000
const STATUSES = [200, 201, 202, 204, 299, 301, 307, 400, 401, 404, 409, 410, 413, 422, 429, 500, 502, 503, 504, 599]
const OUTCOMES = ['accepted', 'rejected', 'throttled', 'unreachable', 'uncertain']

type Promises = [name: string, holds: () => boolean | Promise<boolean>][]

const secret = (fill: number) => new Secret(`whsec_${Buffer.alloc(32, fill).toString('base64')}`)
const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000)

/** As a normal form stands in a file: bytes as base64, times as text. */
export function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') }
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}

function everyFlip(text: string, isRefused: (flipped: string) => boolean): boolean {
  return [...text].every((letter, at) => {
    const flipped = String.fromCharCode(letter.charCodeAt(0) ^ 1)
    return isRefused(text.slice(0, at) + flipped + text.slice(at + 1))
  })
}

function signaturePromises(adapter: SignedAdapter, kit: Kit): Promises {
  const good = secret(1)
  const raw = kit.fixtures[0]?.raw as Buffer
  const signed = (at = NOW, id = 'evt_1') => kit.sign(raw, id, at, good.reveal())
  const passes = (headers: Headers, secrets = [good], body = raw) => adapter.verify(body, headers, secrets, NOW).ok
  const keyOf = (headers: Headers, body = raw) => {
    const verdict = adapter.verify(body, headers, [good], NOW)
    return verdict.ok ? verdict.eventKey : null
  }
  const corrected = Buffer.concat([raw, Buffer.from(' ')])
  return [
    [
      'a good signature passes',
      () => kit.fixtures.every((f) => passes(kit.sign(f.raw, 'e', NOW, good.reveal()), [good], f.raw)),
    ],
    [
      'a flipped byte of the body is refused',
      () =>
        [...raw.keys()].every((at) => {
          const flipped = Buffer.from(raw)
          flipped[at] = (flipped[at] as number) ^ 1
          return !passes(signed(), [good], flipped)
        }),
    ],
    [
      'a flipped letter of any header is refused',
      () =>
        Object.entries(signed()).every(([name, text]) =>
          everyFlip(text, (flipped) => !passes({ ...signed(), [name]: flipped })),
        ),
    ],
    [
      'an absent, empty or doubled header is refused',
      () =>
        Object.entries(signed()).every(([name, text]) =>
          [undefined, '', [text, text], `${text}, ${text}`].every((wrong) => !passes({ ...signed(), [name]: wrong })),
        ),
    ],
    ['an old call is refused', () => passes(signed(minutes(-4))) && !passes(signed(minutes(-6)))],
    ['a call from the future is refused', () => passes(signed(minutes(4))) && !passes(signed(minutes(6)))],
    [
      'during a rotation either secret passes, and none passes when none is good',
      () =>
        passes(signed(), [secret(2), good]) &&
        passes(signed(), [good, secret(2)]) &&
        !passes(signed(), [secret(2)]) &&
        !passes(signed(), []),
    ],
    [
      'the same event has the same key, another event another',
      () => keyOf(signed(minutes(1))) === keyOf(signed()) && keyOf(signed(NOW, 'evt_2')) !== keyOf(signed()),
    ],
    [
      'a corrected event under the same id has a key of its own',
      () => ![null, keyOf(signed())].includes(keyOf(kit.sign(corrected, 'evt_1', NOW, good.reveal()), corrected)),
    ],
  ]
}

/** A visitor's browser cannot sign; its events are made by the server, and a hook that took them would take anybody's. */
function visitorPromises(adapter: Adapter): Promises {
  return [['events that nobody signs cannot be verified as if they were', () => !('verify' in adapter)]]
}

function isNormal(result: Inbound[] | Unreadable): boolean {
  if (!Array.isArray(result)) return result.kind === 'unreadable'
  return result.every((one) => {
    if (one.kind === 'status')
      return one.externalMessageId.length > 0 && (one.at === null || !Number.isNaN(one.at.getTime()))
    const texts = [one.text, one.from.name ?? '', one.externalId, one.from.externalId]
    const isTimed = one.sentAt === null || !Number.isNaN(one.sentAt.getTime())
    return isTimed && one.externalId !== '' && texts.every((text) => text.isWellFormed() && !text.includes('\0'))
  })
}

function strangeInputs(kit: Kit): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array))
  const json = fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text))
  const known = fc.constantFrom(...kit.fixtures.map((fixture) => fixture.raw))
  const cut = fc.tuple(known, fc.nat(400)).map(([raw, length]) => raw.subarray(0, length))
  const flipped = fc.tuple(known, fc.nat(), fc.nat(255)).map(([raw, at, value]) => {
    const copy = Buffer.from(raw)
    if (copy.length > 0) copy[at % copy.length] = value
    return copy
  })
  const swapped = fc.tuple(known, fc.string(), fc.jsonValue()).map(([raw, key, value]) => {
    try {
      const read = JSON.parse(raw.toString()) as Record<string, unknown>
      const names = Object.keys(read)
      const name = names[key.length % Math.max(names.length, 1)] ?? key
      return Buffer.from(JSON.stringify({ ...read, [name]: value }))
    } catch {
      return raw
    }
  })
  return fc.oneof(bytes, json, cut, flipped, swapped)
}

function readingPromises(kit: Kit): Promises {
  const { adapter, fixtures } = kit
  const canaries = [
    { [CANARY]: 1 },
    { type: 'message', id: { [CANARY]: CANARY } },
    { type: CANARY },
    { v: CANARY },
    CANARY,
  ]
  return [
    [
      'every fixture has its normal form',
      () =>
        fixtures.length >= 5 &&
        fixtures.every((f) => isDeepStrictEqual(plain(adapter.normalise(Buffer.from(f.raw))), f.normal)),
    ],
    [
      'reading twice gives the same, and leaves the bytes alone',
      () =>
        fixtures.every(({ raw }) => {
          const read = Buffer.from(raw)
          const first = adapter.normalise(read)
          return read.equals(raw) && isDeepStrictEqual(adapter.normalise(Buffer.from(raw)), first)
        }),
    ],
    [
      'any bytes give a value and never a crash',
      () => {
        fc.assert(
          fc.property(strangeInputs(kit), (raw) => isNormal(adapter.normalise(Buffer.from(raw)))),
          { numRuns: RUNS },
        )
        return (
          isNormal(adapter.normalise(Buffer.from('['.repeat(200_000)))) && isNormal(adapter.normalise(Buffer.alloc(0)))
        )
      },
    ],
    [
      'what is unreadable is named without a word of it',
      () =>
        canaries.every(
          (value) => !JSON.stringify(adapter.normalise(Buffer.from(JSON.stringify(value)))).includes(CANARY),
        ),
    ],
  ]
}

/** Answers every call alike and remembers them. */
function scripted(result: OutboundResult): Outbound & { calls: OutboundCall[] } {
  const calls: OutboundCall[] = []
  return {
    calls,
    async call(call) {
      calls.push(call)
      return result
    },
  }
}

function request(kit: Kit, more: Partial<SendRequest> = {}): SendRequest {
  return {
    messageId: 'msg_00000000000000000000000001',
    conversationId: 'cnv_00000000000000000000000001',
    to: { externalId: 'mitu' as ExternalContactId, name: 'Mitu' },
    text: 'আসছে',
    sentAt: NOW,
    attachments: [{ fileName: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('a') }],
    settings: kit.settings('https://shop.test/hook'),
    secrets: [secret(1)],
    now: NOW,
    timeoutMs: TIMEOUT_MS,
    ...more,
  }
}

const answered = (status: number): OutboundResult => ({ kind: 'response', status, headers: {}, body: Buffer.from('x') })

async function outcomeOf(kit: Kit, result: OutboundResult): Promise<Outcome | null> {
  const http = scripted(result)
  const outcome = await kit.adapter.send(request(kit), http)
  return http.calls.length > 0 ? outcome : null
}

async function isHonest(kit: Kit, result: OutboundResult, isAllowed: (outcome: Outcome) => boolean): Promise<boolean> {
  const outcome = await outcomeOf(kit, result)
  return outcome === null || (OUTCOMES.includes(outcome.kind) && isAllowed(outcome))
}

async function allHold(checks: Promise<boolean>[]): Promise<boolean> {
  return (await Promise.all(checks)).every((holds) => holds)
}

function tooLarge(kit: Kit): Partial<SendRequest>[] {
  const { maxTextCharacters, attachments } = kit.adapter.capabilities
  const file = (bytes: Buffer) => ({ fileName: 'a', mediaType: 'image/png', bytes })
  const half = Buffer.alloc(Math.floor(attachments.maxTotalBytes / attachments.maxCount) + 1)
  return [
    { text: '😀'.repeat(maxTextCharacters + 1) },
    { attachments: Array.from({ length: attachments.maxCount + 1 }, () => file(Buffer.alloc(1))) },
    { attachments: [file(Buffer.alloc(attachments.maxBytes + 1))] },
    { attachments: Array.from({ length: attachments.maxCount }, () => file(half)) },
  ]
}

function sendingPromises(kit: Kit): Promises {
  const { adapter } = kit
  return [
    [
      'a message that fits is accepted',
      async () => (await adapter.send(request(kit), scripted(answered(200)))).kind === 'accepted',
    ],
    [
      'what is too large is rejected before anything leaves',
      () =>
        allHold(
          tooLarge(kit).map(async (more) => {
            const http = scripted(answered(200))
            return (await adapter.send(request(kit, more), http)).kind === 'rejected' && http.calls.length === 0
          }),
        ),
    ],
    [
      'text at the limit, counted in characters and not in bytes, is sent',
      async () => {
        const text = '😀'.repeat(adapter.capabilities.maxTextCharacters)
        return (await adapter.send(request(kit, { text }), scripted(answered(200)))).kind === 'accepted'
      },
    ],
    [
      'a failure before anything left is never uncertain, one after it always is',
      () =>
        allHold(
          FAILURE_CODES.map((code) => {
            const failure = failed(code)
            const allowed = failure.isCertain ? ['unreachable', 'rejected'] : ['uncertain']
            return isHonest(kit, failure, (outcome) => allowed.includes(outcome.kind))
          }),
        ),
    ],
    [
      'only a 2xx answer is accepted, and every answer means something',
      () =>
        allHold(
          STATUSES.map((status) =>
            isHonest(
              kit,
              answered(status),
              (outcome) => (outcome.kind === 'accepted') === (status >= 200 && status < 300),
            ),
          ),
        ),
    ],
    [
      'every try of an idempotent channel carries the same bytes, within the time it was given',
      async () => {
        const http = scripted(answered(500))
        await adapter.send(request(kit), http)
        await adapter.send(request(kit, { now: minutes(30) }), http)
        const [first, second] = http.calls
        if (!first || !second) return true
        return isDeepStrictEqual(first.body, second.body) && http.calls.every((call) => call.timeoutMs <= TIMEOUT_MS)
      },
    ],
    [
      'a receiver that never answers is given up at the deadline',
      async () => {
        const settings = kit.settings(kit.hanging.url)
        let guard: NodeJS.Timeout | undefined
        const late = new Promise<null>((done) => {
          guard = setTimeout(() => done(null), GUARD_MS)
        })
        const inTime = adapter.send(request(kit, { settings, now: new Date() }), kit.hanging.http)
        const outcome = await Promise.race([inTime, late])
        clearTimeout(guard)
        return outcome !== null
      },
    ],
  ]
}

export interface Broken {
  promise: string
  /** What was thrown, with the seed of a random run; null when it was only untrue. */
  error: unknown
}

/** The promises that this adapter breaks. */
export async function examine(kit: Kit): Promise<Broken[]> {
  const { adapter } = kit
  const broken: Broken[] = []
  const authenticity =
    adapter.authentication === 'signature' ? signaturePromises(adapter, kit) : visitorPromises(adapter)
  for (const [promise, holds] of [...authenticity, ...readingPromises(kit), ...sendingPromises(kit)]) {
    try {
      if (!(await holds())) broken.push({ promise, error: null })
    } catch (error) {
      broken.push({ promise, error })
    }
  }
  return broken
}
