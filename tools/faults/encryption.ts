/** Faults against what the page says of encryption (E1 to E3). */
import type { Fault } from './fault.ts'

const SERVER = 'server/src/kernel/web/server.ts'
const OUTBOUND = 'server/src/kernel/outbound.ts'
const WORKSPACE_KEYS = 'server/src/kernel/vault/workspace-keys.ts'
const VAULT = 'server/src/kernel/vault/vault.ts'
const KEY_STORE = 'server/src/kernel/vault/key-store.ts'
const CONFIG = 'server/src/config.ts'

export const encryptionFaults: readonly Fault[] = [
  {
    name: 'TLS 1.2 is spoken too',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: SERVER,
      find: "minVersion: 'TLSv1.3' as const",
      replace: "minVersion: 'TLSv1.2' as const",
    },
  },
  {
    name: 'HSTS is missing on answers to what cannot be routed',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/before-routing.ts',
      find: '    reply.headers(headers)\n',
      replace: '',
    },
  },
  {
    name: 'HSTS lasts for a day',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/headers.ts',
      find: 'max-age=63072000',
      replace: 'max-age=86400',
    },
  },
  {
    name: 'the desk may listen on every address without a certificate',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: CONFIG,
      find: '    if (!hasTls) {\n',
      replace: "    if (!hasTls && host !== '0.0.0.0') {\n",
    },
  },
  {
    name: 'what the desk calls may speak TLS 1.2',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: { kind: 'patch', file: OUTBOUND, find: "? 'TLSv1.2' : 'TLSv1.3'", replace: "? 'TLSv1.2' : 'TLSv1.2'" },
  },
  {
    name: 'certificates of those the desk calls are not checked',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: OUTBOUND,
      find: "    ALPNProtocols: ['http/1.1'],\n",
      replace: "    ALPNProtocols: ['http/1.1'],\n    rejectUnauthorized: false,\n",
    },
  },
  {
    name: 'the drafts of agents are not sealed',
    claim: 'E2',
    probe: 'canary-at-rest',
    plant: {
      kind: 'patch',
      file: WORKSPACE_KEYS,
      find: 'return Buffer.concat([head, encrypt(key, nonce, associated(place, version), bytes)])',
      replace: `if (place.table === 'draft') return Buffer.concat([head, bytes, Buffer.alloc(TAG_BYTES)])
      return Buffer.concat([head, encrypt(key, nonce, associated(place, version), bytes)])`,
    },
  },
  {
    name: 'the audit trail keeps the comment about a contact',
    claim: 'E2',
    probe: 'canary-at-rest',
    plant: {
      kind: 'patch',
      file: 'server/src/features/contacts/update.ts',
      find: "  tx.publish({ kind: 'contact.changed', contactId })\n",
      replace: `  tx.publish({ kind: 'contact.changed', contactId })
  tx.audit({ action: 'contact.changed', target: contactId, after: { comment: update.comment } })
`,
    },
  },
  {
    name: 'files lie in a temporary file before they are sealed',
    claim: 'E2',
    probe: 'canary-at-rest',
    plant: {
      kind: 'patch',
      file: 'server/src/features/files/store.ts',
      find: '      const { key, chunks } = sealFile(place, plain, randomness)\n',
      replace: `      const parts: Buffer[] = []
      for await (const part of plain) parts.push(Buffer.from(part))
      await writeWhole(side + '.part', parts as never)
      const { key, chunks } = sealFile(place, parts, randomness)
`,
    },
  },
  {
    name: 'the log holds whole addresses',
    claim: 'E2',
    probe: 'canary-at-rest',
    plant: {
      kind: 'patch',
      file: SERVER,
      find: '      method: request.method,\n',
      replace: '      method: request.method,\n      url: request.url,\n',
    },
  },
  {
    name: 'a sealed value is bound to its workspace and table, not to its row',
    claim: 'E3',
    probe: 'credentials-sealed',
    plant: {
      kind: 'patch',
      file: WORKSPACE_KEYS,
      find: "bind('seal', ENVELOPE_FORMAT, workspaceId, place.table, place.row, place.field, version)",
      replace: "bind('seal', ENVELOPE_FORMAT, workspaceId, place.table, place.field, version)",
    },
  },
  {
    name: 'every value is sealed under one nonce',
    claim: 'E3',
    probe: 'credentials-sealed',
    plant: {
      kind: 'patch',
      file: WORKSPACE_KEYS,
      find: 'const nonce = randomness.bytes(NONCE_BYTES)',
      replace: 'const nonce = Buffer.alloc(NONCE_BYTES, 7)',
    },
  },
  {
    name: 'all workspaces are sealed under one key',
    claim: 'E3',
    probe: 'credentials-sealed',
    plant: {
      kind: 'patch',
      file: VAULT,
      find: 'const secret = randomness.bytes(KEY_BYTES)',
      replace: 'const secret = Buffer.alloc(KEY_BYTES, 7)',
    },
  },
  {
    name: 'the audit trail keeps the secret of a new program',
    claim: 'E3',
    probe: 'credentials-sealed',
    plant: {
      kind: 'patch',
      file: 'server/src/features/inboxes/connect.ts',
      find: 'after: { channel, name, key, settings } })',
      replace: 'after: { channel, name, key, settings, signingSecret } })',
    },
  },
  {
    name: 'the login of the screens may read what opens channels',
    claim: 'E3',
    probe: 'credentials-sealed',
    plant: { kind: 'sql', statements: 'grant select on desk.inbox_sender to desk_app' },
  },
  {
    name: 'a destroyed workspace has the key of its neighbours',
    claim: 'E3',
    probe: 'keys-destroyed',
    plant: {
      kind: 'patch',
      file: VAULT,
      find: 'const secret = randomness.bytes(KEY_BYTES)',
      replace: 'const secret = Buffer.alloc(KEY_BYTES, 7)',
    },
  },
  {
    name: 'destroyed keys stay on the disk',
    claim: 'E3',
    probe: 'keys-destroyed',
    plant: {
      kind: 'patch',
      file: KEY_STORE,
      find: '        await wipeSecretFile(ringPath(workspaceId))\n',
      replace: '',
    },
  },
  {
    name: 'an old key file opens a destroyed workspace again',
    claim: 'E3',
    probe: 'keys-destroyed',
    plant: {
      kind: 'patch',
      file: KEY_STORE,
      find: '        await createSecretFile(tombstonePath(workspaceId), asFile(tombstone))\n',
      replace: '        asFile(tombstone)\n',
    },
  },
  {
    name: 'a running desk remembers keys for ever',
    claim: 'E3',
    probe: 'keys-destroyed',
    plant: {
      kind: 'patch',
      file: VAULT,
      find: 'if (entry.forget_at_ms > now_ms) break',
      replace: 'if (entry.forget_at_ms < Number.POSITIVE_INFINITY) break',
    },
  },
]
