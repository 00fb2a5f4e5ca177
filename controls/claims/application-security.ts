/** What protects the program itself. */
import { probedBy, type Section } from './claim.ts'

export const applicationSecurity: Section = {
  heading: 'Application security',
  claims: [
    {
      id: 'P1',
      sentence: 'CSRF tokens on every state-changing request',
      kind: 'SW',
      how: 'Every request that changes something must carry a token that fits this very session, and come from the desk’s own pages. Calls from programs carry a signature or a key instead. Reading changes nothing: what is read of a workspace is read in a transaction that cannot write.',
      standing: probedBy('csrf'),
      code: ['server/src/kernel/web/csrf.ts'],
    },
    {
      id: 'P2',
      sentence: 'SQL injection protection (parameterized queries everywhere)',
      kind: 'SW',
      how: 'Values travel to the database apart from statements. Statements built from text are refused by a check of the source.',
      standing: probedBy('sql-injection'),
      code: ['server/src/kernel/pools.ts', 'server/test/house/tidy.test.ts'],
    },
    {
      id: 'P3',
      sentence: 'XSS protection (output escaping by default, CSP headers)',
      kind: 'SW',
      how: 'What people write is shown as text, never as markup. Every answer carries a policy under which a browser runs nothing but the desk’s own scripts.',
      standing: probedBy('xss', 'security-headers'),
      code: ['server/src/features/pages/policies.ts', 'server/src/kernel/web/server.ts'],
    },
    {
      id: 'P4',
      sentence: 'Rate limiting on auth endpoints + API',
      kind: 'SW',
      how: 'Every call of the API and every page draws on a budget of its session, visitor, inbox or network, counted in the database and so by all processes together. A whole IPv6 network counts as one, and who cannot be counted is not let in.',
      standing: probedBy('rate-limits'),
      code: ['server/src/kernel/rate-limit.ts'],
    },
    {
      id: 'P5',
      sentence: 'Session expiry after 7 days of inactivity',
      kind: 'SW',
      how: 'The database decides at every use whether a session still holds. Only what a person does counts as activity; a page that merely stays open does not.',
      standing: probedBy('session-expiry'),
      code: ['server/src/features/identity/sessions.ts'],
    },
    {
      id: 'P6',
      sentence: 'Password complexity rules enforced',
      kind: 'SW',
      how: 'At least 12 characters, of a strength that counts names, common passwords and patterns, asked on the server wherever a password is set. A long sentence in small letters is welcome.',
      standing: probedBy('password-rules'),
      code: ['server/src/features/identity/strength.ts'],
    },
    {
      id: 'P7',
      sentence: 'Failed-login lockout after 5 attempts',
      kind: 'SW',
      how: 'After five failures the way they came is closed for a quarter of an hour and then for longer, for the right password too, while a device that is known stays open, so that nobody can lock out somebody else. Addresses without an account answer alike.',
      standing: probedBy('lockout'),
      code: ['server/src/features/identity/lockout.ts'],
    },
  ],
}
