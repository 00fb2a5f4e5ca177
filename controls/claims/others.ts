/** Who else touches data, and who answers questions. */
import { notInForce, type Section } from './claim.ts'

export const subProcessors: Section = {
  heading: 'Sub-processors',
  claims: [
    {
      id: 'U1',
      sentence: 'We maintain a public list of all sub-processors at /security/sub-processors.',
      kind: 'SW',
      how: 'The list is to be the same register from which the desk learns whom it may call.',
      standing: notInForce('The list is not served yet.'),
      code: [],
    },
    {
      id: 'U2',
      sentence:
        'Notable ones include AWS, Cloudflare, OpenAI, Anthropic, SSLCommerz, and Meta (for WhatsApp Cloud API).',
      kind: 'ORG',
      how: 'A partner that is not in the register is not to be called.',
      standing: notInForce('This desk calls none of them, and has no register yet.'),
      code: [],
    },
  ],
}

export const securityReview: Section = {
  heading: 'Enterprise security review?',
  claims: [
    {
      id: 'Q1',
      sentence:
        'Our InfoSec team responds to enterprise security questionnaires, completes vendor assessments, and provides custom DPAs. Contact security@centraldesk.io.',
      kind: 'ORG',
      how: 'A request is to have an owner and a date, and answers are to cite the claims of this page.',
      standing: notInForce('There is no such form yet.'),
      code: [],
    },
  ],
}

export const questions: Section = {
  heading: 'Still have questions?',
  claims: [
    {
      id: 'Q2',
      sentence: "We're here to help.",
      kind: 'ORG',
      how: 'A form is to reach a person.',
      standing: notInForce('There is no such form yet.'),
      code: [],
    },
  ],
}
