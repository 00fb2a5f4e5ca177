/**
 * A stand-in for AWS KMS on the loopback, for tests and for trying the product without a cloud: Encrypt and Decrypt
 * over JSON 1.1, with signatures verified and refusals as KMS gives them. It protects nothing: its keys die with it.
 * `node tools/simulators/kms/main.ts --key=ARN [--key=ARN]` prints its address as one line of JSON.
 * `GET /calls` is its log (never a plaintext); `POST /refuse {"type","times"}`, `POST /disable {"key"}`,
 * `POST /enable {"key"}` change how it answers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { type KmsRequest, KmsKeys } from './keys.ts'
import { isRefusalType, Refused, type RefusalType } from './refusals.ts'
import { verifySignature } from './signature.ts'

const BODY_BYTES_MAX = 64 * 1024
const CREDENTIALS = { accessKeyId: 'AKIASTANDIN', secretAccessKey: 'stand-in-secret' }

const { values } = parseArgs({ options: { key: { type: 'string', multiple: true, default: [] } } })
const region = values.key[0]?.split(':')[3] ?? ''
const keys = new KmsKeys(values.key)
const calls: { operation: string; key?: string; context?: Record<string, string>; refused?: string }[] = []
const refuseNext: RefusalType[] = []

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => reply(response, 500, { error: String(error) }))
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  if (request.headers['x-amz-target'] !== undefined) return kmsCall(request, body, response)
  if (request.method === 'GET' && request.url === '/calls') return reply(response, 200, calls)
  const wish = JSON.parse(String(body))
  if (request.url === '/refuse' && isRefusalType(wish.type)) {
    refuseNext.push(...Array.from<RefusalType>({ length: wish.times }).fill(wish.type))
  } else if (request.url === '/disable') keys.disabled.add(wish.key)
  else if (request.url === '/enable') keys.disabled.delete(wish.key)
  else return reply(response, 404, {})
  reply(response, 200, {})
}

function kmsCall(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
  const call: (typeof calls)[number] = { operation }
  calls.push(call)
  try {
    verifySignature({ ...CREDENTIALS, region }, request.headers, body)
    const asked: KmsRequest = JSON.parse(String(body))
    Object.assign(call, { key: asked.KeyId, context: asked.EncryptionContext })
    const planned = refuseNext.shift()
    if (planned) throw new Refused(planned)
    reply(response, 200, perform(operation, asked))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    call.refused = error.refusal.type
    reply(response, error.refusal.status, { __type: error.refusal.type, message: null })
  }
}

function perform(operation: string, asked: KmsRequest): object {
  if (operation === 'Encrypt') return keys.encrypt(asked)
  if (operation === 'Decrypt') return keys.decrypt(asked)
  throw new Refused('UnknownOperationException')
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > BODY_BYTES_MAX) throw new Error('body too large')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reply(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content))
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, credentials: CREDENTIALS })}\n`)
})
