/**
 * What taking signed calls costs in this runtime when nothing is kept: Node's own server, the signature checked, JSON
 * read, an answer of the same shape. The limit beside intake that no database has a part in.
 *   node tools/bench/stub-server.ts PORT SECRET…
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'

const [port, ...secrets] = process.argv.slice(2)
const keys = new Map(
  secrets.map((given) => {
    const at = given.indexOf('=')
    return [given.slice(0, at), Buffer.from(given.slice(at + 1).replace(/^whsec_/, ''), 'base64')] as const
  }),
)
const ANSWER = '{"isKept":true}'

function isSigned({ url = '', headers }: IncomingMessage, body: Buffer): boolean {
  const key = keys.get(url.slice(url.lastIndexOf('/') + 1))
  if (!key) return false
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const wanted = createHmac('sha256', key).update(signed).update(body).digest()
  const given = Buffer.from(String(headers['webhook-signature']).replace(/^v1,/, ''), 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    const isGood = isSigned(request, body) && JSON.parse(body.toString('utf8')).type === 'message'
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json', 'content-length': ANSWER.length })
    response.end(ANSWER)
  })
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
