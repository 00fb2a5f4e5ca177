/** What is sealed, and with which keys. */
import { notInForce, probedBy, type Section } from './claim.ts'

export const encryption: Section = {
  heading: 'Encryption',
  claims: [
    {
      id: 'E1',
      sentence: 'In transit: HTTPS/TLS 1.3 enforced everywhere. HSTS preload list registered.',
      kind: 'OPS',
      how: 'On every address but this machine’s own the program speaks TLS 1.3 or does not start, and says so to browsers for two years ahead. What it calls must speak TLS 1.3 too.',
      standing: {
        by: 'probes',
        probes: ['own-port-tls'],
        butNot:
          'The port of the desk holds it. The other hops of a deployment are not described yet, and no domain is on the preload list.',
      },
      code: ['server/src/config.ts', 'server/src/kernel/outbound.ts'],
    },
    {
      id: 'E2',
      sentence: 'At rest: AES-256 disk encryption on all storage',
      kind: 'OPS',
      how: 'What customers write, and what agents answer and note, is sealed with AES-256-GCM under the workspace’s own key before it reaches the database or a file, so that it is encrypted at rest on any disk. Names of tags, titles of saved replies and settings are not.',
      standing: {
        by: 'probes',
        probes: ['canary-at-rest'],
        butNot:
          'Content, names, addresses and files are sealed on any disk. Encryption of the disk itself is up to the machine, and is not checked yet.',
      },
      code: ['server/src/kernel/vault/workspace-keys.ts', 'server/src/kernel/vault/file-cipher.ts'],
    },
    {
      id: 'E3',
      sentence: 'Channel credentials: Individually encrypted with workspace-specific keys',
      kind: 'SW',
      how: 'Each credential is sealed by itself with AES-256-GCM under a key of its workspace, bound to workspace, table, row and field. The keys lie outside the database, under a master key; a minute after those of a workspace are destroyed, nothing opens what they sealed.',
      standing: probedBy('credentials-sealed', 'keys-destroyed'),
      code: [
        'server/src/kernel/vault/vault.ts',
        'server/src/features/inboxes/connect.ts',
        'server/src/operator/keys-destroy.ts',
      ],
    },
    {
      id: 'E4',
      sentence: 'Passwords: bcrypt hashing (12 rounds) — never stored or transmitted in plain text',
      kind: 'SW',
      how: 'bcrypt with 12 rounds over a keyed hash of the whole password, so that every letter counts and a stolen table cannot be attacked without the key. The database refuses any other kind of hash.',
      standing: probedBy('passwords-hashed'),
      code: ['server/src/features/identity/passwords.ts'],
    },
    {
      id: 'E5',
      sentence: 'Backups: Encrypted with separate keys from production',
      kind: 'OPS',
      how: 'Scheduled backups are to be sealed for a key whose other half production does not hold.',
      standing: notInForce(
        'No schedule of backups exists yet. An operator can back up a home by hand, sealed under a passphrase.',
      ),
      code: [],
    },
  ],
}
