/**
 * Makes a self-signed certificate for tests, because a fresh machine has no openssl and a key in the repository would
 * look like a secret that leaked. ECDSA P-256, good as its own authority, valid from yesterday for thirty days unless
 * told otherwise. Writes just the DER that Node's TLS needs; it is no general certificate maker.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

const DAY_MS = 86_400_000
const SEQUENCE = 0x30
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const COMMON_NAME = Buffer.from('550403', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('551d11', 'hex')
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex')

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const size = Buffer.alloc(2)
  size.writeUInt16BE(body.length)
  return Buffer.concat([Buffer.from([tag, 0x82]), size, body])
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x17, Buffer.from(digits.slice(2), 'ascii'))
}

function distinguishedName(text: string): Buffer {
  return der(SEQUENCE, der(0x31, der(SEQUENCE, der(0x06, COMMON_NAME), der(0x0c, Buffer.from(text, 'utf8')))))
}

function alternative(name: string): Buffer {
  if (isIPv4(name)) return der(0x87, Buffer.from(name.split('.').map(Number)))
  return der(0x82, Buffer.from(name, 'ascii'))
}

function extensions(names: readonly string[]): Buffer {
  const isAuthority = der(SEQUENCE, der(0x01, Buffer.from([0xff])))
  const constraints = der(SEQUENCE, der(0x06, BASIC_CONSTRAINTS), der(0x04, isAuthority))
  const alternatives = der(SEQUENCE, ...names.map(alternative))
  const subjects = der(SEQUENCE, der(0x06, SUBJECT_ALT_NAME), der(0x04, alternatives))
  return der(0xa3, der(SEQUENCE, constraints, subjects))
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** `names` are host names and IPv4 addresses. Both answers are PEM. */
export function selfSigned(
  names: readonly string[],
  validFrom = new Date(Date.now() - DAY_MS),
  validDays = 31,
): { key: string; cert: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const validity = der(SEQUENCE, time(validFrom), time(new Date(validFrom.getTime() + validDays * DAY_MS)))
  const name = distinguishedName(names[0] ?? 'test')
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    extensions(names),
  )
  const signature = sign('sha256', toBeSigned, pair.privateKey)
  const certificate = der(SEQUENCE, toBeSigned, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem('CERTIFICATE', certificate),
  }
}
