/** Who may do what, and who sees what. */
import { notInForce, probedBy, type Section } from './claim.ts'

export const accessControl: Section = {
  heading: 'Access control',
  claims: [
    {
      id: 'A1',
      sentence: 'Role-based permissions inside each workspace (Owner / Admin / Agent / Viewer)',
      kind: 'SW',
      how: 'One table says what each role may do. Every route names its permission or the program does not start, and the role is read anew with every request. Streams and links to files end with the membership, and a workspace always keeps an owner.',
      standing: probedBy('roles', 'roles-over-time'),
      code: ['contract/src/permissions.ts', 'server/src/kernel/web/routes.ts', 'server/src/features/members/rules.ts'],
    },
    {
      id: 'A2',
      sentence: 'Strict workspace data isolation — queries always scoped to workspace_id',
      kind: 'SW',
      how: 'The database itself gives a query only the rows of the workspace that the program has signed for in this transaction, and keys bind every row to its workspace. A few look-ups come before any workspace is known, such as who signs in or which inbox is called; each is listed with its reason.',
      standing: probedBy('isolation-over-http', 'isolation-in-sql'),
      code: [
        'server/src/kernel/scope.ts',
        'server/db/migrations/0001_scope.sql',
        'server/test/golden/cross-workspace.txt',
      ],
    },
    {
      id: 'A3',
      sentence: 'Two-factor authentication available (TOTP — Google Authenticator, Authy)',
      kind: 'SW',
      how: 'A code of an authenticator app besides the password, each code once, with recovery codes for the day the phone is gone. There is no session before both. A workspace may ask all its members for it.',
      standing: probedBy('second-factor'),
      code: ['server/src/features/identity/second-factor.ts', 'server/src/features/identity/totp.ts'],
    },
    {
      id: 'A4',
      sentence: 'SSO / SAML 2.0 on Enterprise plans',
      kind: 'SW',
      how: 'Workspaces are to bring their own identity provider.',
      standing: notInForce('Single sign-on is not built yet.'),
      code: [],
    },
    {
      id: 'A5',
      sentence: 'Audit logs of every admin action (90-day retention, 12 months on Enterprise)',
      kind: 'SW',
      how: 'Every act of administration is written in the transaction that does it, chained by hashes, and the program may not change or remove what is written.',
      standing: notInForce(
        'The trail is written and chained. Reading it on a screen, its export and the removal after its time are not built yet.',
      ),
      code: ['server/src/kernel/audit.ts'],
    },
    {
      id: 'A6',
      sentence: 'Central Desk staff cannot read your conversations without your explicit permission',
      kind: 'SW',
      how: 'Content is sealed under keys that lie outside the database, so that nobody reads it from a database, a copy or a backup.',
      standing: notInForce(
        'There is no access for staff yet, with or without permission. Who operates the machine could read the memory of the running program.',
      ),
      code: ['server/src/kernel/vault/key-store.ts'],
    },
  ],
}
