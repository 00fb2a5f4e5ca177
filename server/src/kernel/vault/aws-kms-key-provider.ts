/**
 * The master key in AWS KMS: it never leaves the service, and every unwrapping is a call that AWS logs, with workspace,
 * family and version as its encryption context. Whoever copies the disk has wrapped keys and nothing to open them with.
 * Start-up secrets come from one random secret that KMS has wrapped, kept in the key folder.
 * Refuses a key alias (it can be pointed elsewhere), plain HTTP beyond the loopback, and TLS below 1.3.
 */
import { join } from 'node:path'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { Randomness } from '../clock.ts'
import { createSecretFile, makeSecretFolder, readSecretFile } from './durable-files.ts'
import { type KeyContext, type KeyProvider, KeyTrouble } from './key-provider.ts'
import { KEY_BYTES, secretKey, startUpSecret } from './primitives.ts'

export const STARTUP_SECRET_FILE = 'startup-secret.wrapped'

const KEY_ARN = /^arn:aws[a-z-]*:kms:(?<region>[a-z0-9-]+):\d{12}:key\/[A-Za-z0-9-]+$/
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 5_000
const ATTEMPTS_MAX = 3
const STARTUP_CONTEXT: KeyContext = { purpose: 'start-up-secret' }
/** Answers that stay the same however often one asks; everything else may pass. */
const FINAL_REFUSALS = new Set([
  'AccessDeniedException',
  'DisabledException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'InvalidSignatureException',
  'KMSInvalidStateException',
  'NotFoundException',
  'UnrecognizedClientException',
])

export interface AwsKmsSettings {
  keyArn: string
  /** For a stand-in on the loopback; else AWS's own address for the region of the key. */
  endpoint?: string
  /** For a stand-in; else the SDK's usual chain (role of the machine, environment, profile). */
  credentials?: { accessKeyId: string; secretAccessKey: string }
}

interface AwsKmsOptions extends AwsKmsSettings {
  folder: string
  storeIsUsed: boolean
  randomness: Randomness
}

export async function openAwsKmsKeyProvider(options: AwsKmsOptions): Promise<KeyProvider> {
  const calls = await kmsCalls(options)
  const startUp = secretKey(await openStartUpSecret(options, calls))
  return {
    id: `aws-kms:${options.keyArn}`,
    wrap: calls.encrypt,
    unwrap: calls.decrypt,
    deriveSecret: (label) => startUpSecret(startUp, label),
  }
}

async function openStartUpSecret({ folder, storeIsUsed, randomness }: AwsKmsOptions, calls: KmsCalls): Promise<Buffer> {
  await makeSecretFolder(folder)
  const path = join(folder, STARTUP_SECRET_FILE)
  if ((await readSecretFile(path)) === null) {
    if (storeIsUsed) {
      throw new KeyTrouble(
        'key_file_missing',
        `The key file is missing: put ${path} back; a new one would open nothing`,
      )
    }
    await createSecretFile(path, await calls.encrypt(STARTUP_CONTEXT, randomness.bytes(KEY_BYTES)))
  }
  return calls.decrypt(STARTUP_CONTEXT, (await readSecretFile(path)) ?? Buffer.alloc(0))
}

interface KmsCalls {
  encrypt(context: KeyContext, key: Buffer): Promise<Buffer>
  decrypt(context: KeyContext, wrapped: Buffer): Promise<Buffer>
}

/** The SDK is large: it is loaded only where KMS is configured. */
async function kmsCalls({ keyArn, endpoint, credentials }: AwsKmsSettings): Promise<KmsCalls> {
  const region = KEY_ARN.exec(keyArn)?.groups?.region
  if (!region) throw new KeyTrouble('provider_refused', `${keyArn} is not the ARN of a KMS key`)
  if (endpoint && !isAllowed(new URL(endpoint))) {
    throw new KeyTrouble('provider_refused', `${endpoint} is plain HTTP beyond this machine`)
  }
  const { DecryptCommand, EncryptCommand, KMSClient } = await import('@aws-sdk/client-kms')
  const client: KMSClient = new KMSClient({
    region,
    endpoint,
    credentials,
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpsAgent: { minVersion: 'TLSv1.3', keepAlive: true },
    },
  })
  const common = (context: KeyContext) => ({
    KeyId: keyArn,
    EncryptionContext: { application: 'central-desk', ...context },
  })
  return {
    encrypt: (context, key) =>
      asked(async () => (await client.send(new EncryptCommand({ ...common(context), Plaintext: key }))).CiphertextBlob),
    decrypt: (context, wrapped) =>
      asked(
        async () => (await client.send(new DecryptCommand({ ...common(context), CiphertextBlob: wrapped }))).Plaintext,
      ),
  }
}

function isAllowed({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || LOOPBACK.includes(hostname)
}

async function asked(call: () => Promise<Uint8Array | undefined>): Promise<Buffer> {
  try {
    return Buffer.from((await call()) ?? [])
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    if (FINAL_REFUSALS.has(name)) throw new KeyTrouble('provider_refused', `AWS KMS refused: ${name}`)
    throw new KeyTrouble('provider_unreachable', `AWS KMS did not answer: ${name}`)
  }
}
