/** The top of the page. */
import { notInForce, probedBy, type Section } from './claim.ts'

export const head: Section = {
  heading: '',
  claims: [
    {
      id: 'H0',
      sentence: 'This document is the latest version, effective 25 May 2026',
      kind: 'SW',
      how: 'Versions of the page are to be rows with a date from which they hold, so that no two are reachable at once.',
      standing: notInForce(
        'The page is served from the registry of the running program; its versions are not kept yet.',
      ),
      code: [],
    },
    {
      id: 'H0a',
      sentence:
        'Security is foundational to Central Desk — your conversations contain some of the most sensitive customer data your business has.',
      kind: 'statement',
      how: 'A statement of purpose. What follows from it is in the sentences below, each with its probe.',
      standing: { by: 'statement', reason: 'There is nothing in this sentence that a test could show to be false.' },
      code: [],
    },
    {
      id: 'H0b',
      sentence: "Here's exactly how we protect it.",
      kind: 'SW',
      how: 'The page is made from the registry of claims. A sentence without an entry, or an entry without an honest status, fails the build.',
      standing: probedBy('every-sentence'),
      code: ['controls/claims/index.ts', 'server/src/features/trust/index.ts'],
    },
  ],
}
