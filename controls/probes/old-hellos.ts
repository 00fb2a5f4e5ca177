/**
 * The first message of TLS connections of every age, byte by byte: what an old client, or whoever pretends to be one,
 * would send. Written by hand because libraries of today refuse to.
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

export const OLD_VERSIONS = { 'SSL 3.0': 0x0300, 'TLS 1.0': 0x0301, 'TLS 1.1': 0x0302, 'TLS 1.2': 0x0303 } as const
const SSL3 = OLD_VERSIONS['SSL 3.0']
const HANDSHAKE = 0x16
const SERVER_HELLO = 0x02
const ANSWER_TIMEOUT_MS = 20_000
/** Key exchanges and ciphers that old servers knew, and those TLS 1.2 servers know. */
const CIPHERS = [0xc02f, 0xc030, 0xc02b, 0xc02c, 0xc013, 0xc014, 0xc009, 0xc00a, 0x009c, 0x002f, 0x0035, 0x000a, 0x0005]
const CURVES = [0x001d, 0x0017, 0x0018]
const SIGNATURES = [0x0403, 0x0503, 0x0804, 0x0401, 0x0501, 0x0201, 0x0203]

const u8 = (value: number) => Buffer.from([value])
const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const u24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff])
const list16 = (values: readonly number[]) => {
  const body = Buffer.concat(values.map(u16))
  return Buffer.concat([u16(body.length), body])
}

function extension(kind: number, body: Buffer): Buffer {
  return Buffer.concat([u16(kind), u16(body.length), body])
}

function extensions(name: string): Buffer {
  const host = Buffer.from(name)
  const entry = Buffer.concat([u8(0), u16(host.length), host])
  const all = Buffer.concat([
    extension(0x0000, Buffer.concat([u16(entry.length), entry])),
    extension(0x000a, list16(CURVES)),
    extension(0x000b, Buffer.from([1, 0])),
    extension(0x000d, list16(SIGNATURES)),
  ])
  return Buffer.concat([u16(all.length), all])
}

/** A hello of a client that knows nothing newer than that version. */
export function helloOf(version: number, name: string): Buffer {
  const body = Buffer.concat([
    u16(version),
    randomBytes(32),
    u8(0),
    list16(CIPHERS),
    Buffer.from([1, 0]),
    ...(version === SSL3 ? [] : [extensions(name)]),
  ])
  const message = Buffer.concat([u8(1), u24(body.length), body])
  return Buffer.concat([u8(HANDSHAKE), u16(Math.min(version, 0x0301)), u16(message.length), message])
}

/** SSL 2.0 has a form of its own. */
export function helloOfSsl2(): Buffer {
  const ciphers = Buffer.from([0x01, 0x00, 0x80, 0x02, 0x00, 0x80, 0x07, 0x00, 0xc0])
  const head = [u8(1), u16(0x0002), u16(ciphers.length), u16(0), u16(16)]
  const body = Buffer.concat([...head, ciphers, randomBytes(16)])
  return Buffer.concat([u16(0x8000 | body.length), body])
}

/** Everything that comes back until the other side has no more to say. */
export function answerTo(bytes: Buffer, port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const end = () => {
      socket.destroy()
      resolve(Buffer.concat(chunks))
    }
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      // The beginning tells whether the other side goes on with the handshake or breaks it off.
      if (Buffer.concat(chunks).length > 5) end()
    })
    socket.on('close', () => resolve(Buffer.concat(chunks)))
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? end() : reject(error)))
  })
}

/** The other side took the hello and goes on. */
export function isAccepted(answer: Buffer): boolean {
  const isTls = answer[0] === HANDSHAKE && answer[5] === SERVER_HELLO
  const isSsl2 = answer.length > 2 && ((answer[0] ?? 0) & 0x80) !== 0 && answer[2] === 0x04
  return isTls || isSsl2
}
