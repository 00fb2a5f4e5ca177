/** Audits, rules and partners. */
import { notInForce, type Section } from './claim.ts'

export const compliance: Section = {
  heading: 'Compliance & certifications',
  claims: [
    {
      id: 'C1',
      sentence: 'SOC 2 Type II: Audit underway, target completion Q3 2026',
      kind: 'ORG',
      how: 'An audit by others, shown as what it is until a report is on record.',
      standing: { by: 'plan', reason: 'The target is the end of September 2026.', until: '2026-10-01' },
      code: [],
    },
    {
      id: 'C2',
      sentence: 'ISO 27001: Planned 2027',
      kind: 'ORG',
      how: 'A certification by others, shown as what it is until a certificate is on record.',
      standing: { by: 'plan', reason: 'The target is the end of 2027.', until: '2028-01-01' },
      code: [],
    },
    {
      id: 'C3',
      sentence: 'NBR compliance: Mushak 6.3 invoicing built-in',
      kind: 'SW',
      how: 'Invoices are to be numbered without gaps and never changed after issue.',
      standing: notInForce('Billing is not built yet.'),
      code: [],
    },
    {
      id: 'C4',
      sentence: 'Meta Business Solution Provider (BSP): Approved partner',
      kind: 'ORG',
      how: 'An approval by others; software cannot show it.',
      standing: notInForce('No evidence is on record in this desk.'),
      code: [],
    },
    {
      id: 'C5',
      sentence: 'Data residency: Bangladesh option available for Enterprise',
      kind: 'SW',
      how: 'A workspace is to live, with its keys, backups and partners, in a cell of its own country.',
      standing: notInForce('Cells are not built yet. A desk runs wholly where it is installed.'),
      code: [],
    },
  ],
}
