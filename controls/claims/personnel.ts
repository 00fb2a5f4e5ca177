/** What is promised about people. Software can ask for papers; it cannot be them. */
import { notInForce, type Section } from './claim.ts'

const NO_PAPERS = notInForce('No evidence is on record in this desk.')

export const personnel: Section = {
  heading: 'Personnel security',
  claims: [
    {
      id: 'R1',
      sentence: 'Background checks on all team members',
      kind: 'ORG',
      how: 'A login for staff is to need a check on record.',
      standing: NO_PAPERS,
      code: [],
    },
    {
      id: 'R2',
      sentence: 'Confidentiality agreements signed by every employee + contractor',
      kind: 'ORG',
      how: 'A login for staff is to need a signed agreement on record.',
      standing: NO_PAPERS,
      code: [],
    },
    {
      id: 'R3',
      sentence: 'Mandatory annual security training',
      kind: 'ORG',
      how: 'A login for staff is to end when the training on record is a year old.',
      standing: NO_PAPERS,
      code: [],
    },
    {
      id: 'R4',
      sentence: 'Principle of least privilege — staff access is logged and time-limited',
      kind: 'SW',
      how: 'Access for staff is to be asked for, approved by a second person, and to end by itself.',
      standing: notInForce('There is no access for staff yet.'),
      code: [],
    },
    {
      id: 'R5',
      sentence: 'Immediate access revocation on offboarding',
      kind: 'SW',
      how: 'One act is to end every session, key and grant of a person who leaves.',
      standing: notInForce('There is no access for staff yet.'),
      code: [],
    },
  ],
}
