/**
 * What AWS KMS refuses with. The errors of the two operations are those of its API reference (2014-11-01, "Errors" under
 * Encrypt and Decrypt; the SDK's `models/errors` repeats them); the common ones are spelt as services of the JSON 1.1
 * protocol put them on the wire. Each entry says where it comes from; the stand-in invents no refusal of its own.
 */
export interface Refusal {
  type: string
  status: number
  source: string
}

const refusals = {
  InvalidCiphertextException: {
    status: 400,
    source: 'Decrypt: the ciphertext or the encryption context is not the one it was made with',
  },
  IncorrectKeyException: {
    status: 400,
    source: 'Decrypt: KeyId names another key than the one that made the ciphertext',
  },
  NotFoundException: { status: 400, source: 'Encrypt, Decrypt: no such key' },
  DisabledException: { status: 400, source: 'Encrypt, Decrypt: the key is not enabled' },
  KMSInternalException: { status: 500, source: 'Encrypt, Decrypt: an internal failure; the request can be retried' },
  ThrottlingException: { status: 400, source: 'Common Errors: the request was denied due to request throttling' },
  ValidationException: {
    status: 400,
    source: 'Common Errors: the input fails the constraints, such as a plaintext above 4096 bytes',
  },
  UnknownOperationException: { status: 400, source: 'Common Errors: InvalidAction, as JSON 1.1 services spell it' },
  IncompleteSignatureException: {
    status: 400,
    source: 'Common Errors: the request signature does not conform to AWS standards',
  },
  InvalidSignatureException: {
    status: 400,
    source: 'Common Errors: the signature calculated by the service does not match the one that was sent',
  },
} satisfies Record<string, Omit<Refusal, 'type'>>

export type RefusalType = keyof typeof refusals

export class Refused extends Error {
  readonly refusal: Refusal
  constructor(type: RefusalType) {
    super(type)
    this.refusal = { type, ...refusals[type] }
  }
}

export function isRefusalType(type: string): type is RefusalType {
  return Object.hasOwn(refusals, type)
}
