/** How others tell us what they found. */
import { notInForce, type Section } from './claim.ts'

export const disclosure: Section = {
  heading: 'Responsible disclosure',
  claims: [
    {
      id: 'D1',
      sentence:
        'Found a security vulnerability? Please report it responsibly — we appreciate every report and respond within 24 hours.',
      kind: 'SW',
      how: 'A report is to start a clock that a person’s answer stops.',
      standing: notInForce('There is no form and no clock yet.'),
      code: [],
    },
    {
      id: 'D2',
      sentence: 'Email: security@centraldesk.io',
      kind: 'ORG',
      how: 'Mail to this address is to become a case of the same kind.',
      standing: notInForce('The desk takes in no mail yet.'),
      code: [],
    },
    {
      id: 'D3',
      sentence: 'PGP key: Available on our security.txt at /.well-known/security.txt',
      kind: 'SW',
      how: 'A signed file at the place that researchers look at.',
      standing: notInForce('The file is not served yet.'),
      code: [],
    },
    {
      id: 'D4',
      sentence:
        'Bug bounty: Rewards from ৳5,000 to ৳200,000 depending on severity. Hall of Fame at /security/hall-of-fame.',
      kind: 'SW',
      how: 'Amounts are to be held between these two by the database, and names shown to those who agreed.',
      standing: notInForce('There is no register of rewards and no hall of fame yet.'),
      code: [],
    },
  ],
}
