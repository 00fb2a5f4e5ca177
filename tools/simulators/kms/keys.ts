/**
 * The keys of the stand-in and what they do: Encrypt and Decrypt with an encryption context that is bound to the
 * ciphertext. Keys live as long as the process. A ciphertext names its key, as real ones do.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Refused } from './refusals.ts'

export interface KmsRequest {
  KeyId?: string
  Plaintext?: string
  CiphertextBlob?: string
  EncryptionContext?: Record<string, string>
}

const PLAINTEXT_BYTES_MAX = 4096
const CIPHER = 'aes-256-gcm'
const TAG = { authTagLength: 16 }

export class KmsKeys {
  readonly #keys = new Map<string, Buffer>()
  readonly disabled = new Set<string>()

  constructor(arns: string[]) {
    for (const arn of arns) this.#keys.set(arn, randomBytes(32))
  }

  encrypt({ KeyId, Plaintext, EncryptionContext }: KmsRequest): object {
    const arn = KeyId ?? ''
    const key = this.#usable(arn)
    const plaintext = Buffer.from(Plaintext ?? '', 'base64')
    if (plaintext.length === 0 || plaintext.length > PLAINTEXT_BYTES_MAX) throw new Refused('ValidationException')
    const nonce = randomBytes(12)
    const cipher = createCipheriv(CIPHER, key, nonce, TAG)
    cipher.setAAD(contextBytes(EncryptionContext))
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    const name = Buffer.from(arn)
    const blob = Buffer.concat([Buffer.from([name.length]), name, nonce, sealed])
    return { KeyId: arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  }

  decrypt({ KeyId, CiphertextBlob, EncryptionContext }: KmsRequest): object {
    const blob = Buffer.from(CiphertextBlob ?? '', 'base64')
    const nameEnd = 1 + (blob[0] ?? 0)
    const arn = blob.subarray(1, nameEnd).toString()
    if (!this.#keys.has(arn) || blob.length < nameEnd + 12 + 16) throw new Refused('InvalidCiphertextException')
    if (KeyId !== undefined) this.#usable(KeyId)
    if (KeyId !== undefined && KeyId !== arn) throw new Refused('IncorrectKeyException')
    const decipher = createDecipheriv(CIPHER, this.#usable(arn), blob.subarray(nameEnd, nameEnd + 12), TAG)
    decipher.setAAD(contextBytes(EncryptionContext))
    decipher.setAuthTag(blob.subarray(-16))
    const plaintext = decipher.update(blob.subarray(nameEnd + 12, -16))
    try {
      decipher.final()
    } catch {
      throw new Refused('InvalidCiphertextException')
    }
    return { KeyId: arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  }

  #usable(arn: string): Buffer {
    const key = this.#keys.get(arn)
    if (!key) throw new Refused('NotFoundException')
    if (this.disabled.has(arn)) throw new Refused('DisabledException')
    return key
  }
}

function contextBytes(context: Record<string, string> = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))))
}
