/**
 * Verifies AWS Signature Version 4 as the service does: the client must hold the secret, and must have signed this body
 * for this region and for KMS. Only what the JSON 1.1 protocol needs: POST to `/` without a query.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Refused } from './refusals.ts'

export interface Signer {
  accessKeyId: string
  secretAccessKey: string
  region: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<day>\d{8})\/(?<region>[^/]+)\/kms\/aws4_request, SignedHeaders=(?<names>[a-z0-9;-]+), Signature=(?<signature>[0-9a-f]{64})$/
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-target']

export function verifySignature(signer: Signer, headers: IncomingHttpHeaders, body: Buffer): void {
  const fields = AUTHORIZATION.exec(headers.authorization ?? '')?.groups
  if (!fields) throw new Refused('IncompleteSignatureException')
  const { id, day, region, names = '', signature = '' } = fields
  const signed = names.split(';')
  if (!MUST_BE_SIGNED.every((name) => signed.includes(name))) throw new Refused('IncompleteSignatureException')
  const lines = signed.map((name) => `${name}:${String(headers[name] ?? '').trim()}`)
  const request = ['POST', '/', '', ...lines, '', names, sha256(body)].join('\n')
  const scope = `${day}/${region}/kms/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n')
  const key = [day ?? '', region ?? '', 'kms', 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${signer.secretAccessKey}`),
  )
  const fits = timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))
  if (!fits || id !== signer.accessKeyId || region !== signer.region) throw new Refused('InvalidSignatureException')
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest()
}
