/**
 * How a desk seals and hashes, written down a second time from its documents: a master key in a file, keys of
 * workspaces wrapped by it in files of their own, values sealed with AES-256-GCM for one place each, passwords under a
 * pepper. Opens what the desk has sealed when, and only when, the desk does it as it says.
 */
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const ENVELOPE_FORMAT = 0xc1
const NONCE_AT = 3

export type Place = { readonly table: string; readonly row: string; readonly field: string }
export type ContentKey = { readonly version: number; readonly secret: Buffer }

const derived = (secret: Buffer, info: string) => Buffer.from(hkdfSync('sha256', secret, '', info, 32))
const subkey = (secret: Buffer, purpose: string) => derived(secret, `central-desk/v1/${purpose}`)

/** Nonce, text, tag. Null when it does not open. */
function openGcm(key: Buffer, sealed: Buffer, associated: string): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const rule = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), rule)
  decipher.setAAD(Buffer.from(associated))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

export function masterKey(home: string): Buffer {
  return readFileSync(join(home, 'keys', 'master.key'))
}

export function keyFileOf(home: string, workspace: string): string {
  return join(home, 'keys', 'workspaces', `${workspace}.json`)
}

/** The keys that seal the content of a workspace, as far as its file still holds them and the master key opens them. */
export function contentKeys(home: string, workspace: string): ContentKey[] {
  const file = keyFileOf(home, workspace)
  return existsSync(file) ? unwrapped(masterKey(home), readFileSync(file, 'utf8')) : []
}

function unwrapped(master: Buffer, ring: string): ContentKey[] {
  type Kept = { family: string; version: number; wrapped: string | null }
  const { workspace, keys } = JSON.parse(ring) as { workspace: string; keys: Kept[] }
  return keys.flatMap(({ family, version, wrapped }) => {
    if (family !== 'content' || wrapped === null) return []
    const context = JSON.stringify([
      ['family', family],
      ['version', String(version)],
      ['workspace', workspace],
    ])
    const associated = JSON.stringify(['wrapped-key', context])
    const secret = openGcm(subkey(master, 'master/wrap'), Buffer.from(wrapped, 'base64'), associated)
    return secret === null ? [] : [{ version, secret }]
  })
}

/** What a sealed value holds, when one of these keys has sealed it for that place of that workspace; else null. */
export function openSealed(
  keys: readonly ContentKey[],
  workspace: string,
  place: Place,
  envelope: Buffer,
): Buffer | null {
  if (envelope[0] !== ENVELOPE_FORMAT) return null
  const version = envelope.readUInt16BE(1)
  const { table, row, field } = place
  const associated = JSON.stringify(['seal', ENVELOPE_FORMAT, workspace, table, row, field, version])
  for (const key of keys.filter((one) => one.version === version)) {
    const opened = openGcm(subkey(key.secret, `content/seal/${table}`), envelope.subarray(NONCE_AT), associated)
    if (opened !== null) return opened
  }
  return null
}

/** What bcrypt is given for a password: 44 characters, whatever its length. */
export function preHash(home: string, password: string): string {
  const secrets = derived(masterKey(home), JSON.stringify(['central-desk/v1/start-up-secret', 'desk-secrets']))
  const pepper = createHmac('sha256', secrets).update('password-pepper:1').digest()
  return createHmac('sha256', pepper).update(password.normalize('NFC'), 'utf8').digest('base64')
}
