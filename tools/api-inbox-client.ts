/**
 * An outside program that writes to an API inbox: signs as in Standard Webhooks and posts, with nothing but Node's own
 * crypto and fetch, so that it shows what anybody can build. Imports nothing of the server.
 *   node scripts/run.mjs tools/api-inbox-client.ts --url http://localhost:3000 --key KEY --secret whsec_… --from mitu
 *     --text 'Is the blue sari in stock?' [--name Mitu] [--count 3]
 *   … --status-of msg_… --status delivered        says what became of a message that the desk had posted
 * Prints one line per call and ends with 1 when any was refused.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

export interface ApiInboxAddress {
  /** Where the desk is, such as http://localhost:3000. */
  url: string
  /** The public key of the inbox. */
  key: string
  /** The signing secret, `whsec_` and base64. */
  secret: string
}

export type InboxEvent = { id: string; type: string } & Record<string, unknown>

export function signedHeaders(secret: string, id: string, body: string, at = new Date()): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

/** Posts one event under its own id. The same event again is the same call: the desk keeps one. */
export async function postEvent(inbox: ApiInboxAddress, event: InboxEvent): Promise<Response> {
  const body = JSON.stringify(event)
  const headers = signedHeaders(inbox.secret, event.id, body)
  return fetch(new URL(`/hooks/api/${inbox.key}`, inbox.url), { method: 'POST', headers, body })
}

function usage(): never {
  process.stderr.write(
    'Usage: --url URL --key KEY --secret whsec_… (--from ID --text TEXT [--name NAME] [--count N] | ' +
      '--status-of MESSAGE_ID --status sent|delivered|read|failed)\n',
  )
  process.exit(2)
}

function eventsOf(values: Record<string, string | undefined>): InboxEvent[] {
  const at = () => new Date().toISOString()
  const { 'status-of': messageId, status, from, text, name } = values
  if (messageId && status) return [{ type: 'status', id: randomUUID(), messageId, status, at: at() }]
  if (!from || text === undefined) usage()
  const count = Number(values.count ?? 1)
  if (!Number.isInteger(count) || count < 1) usage()
  return Array.from({ length: count }, (_, index) => ({
    type: 'message',
    id: randomUUID(),
    from: { id: from, name: name ?? null },
    sentAt: at(),
    sequence: index,
    text: count > 1 ? `${text} (${index + 1})` : text,
  }))
}

async function main(): Promise<void> {
  const option = { type: 'string' } as const
  const names = ['url', 'key', 'secret', 'from', 'name', 'text', 'count', 'status-of', 'status']
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, option])) })
  const { url, key, secret } = values as Record<string, string | undefined>
  if (!url || !key || !secret) usage()
  for (const event of eventsOf(values as Record<string, string | undefined>)) {
    const answer = await postEvent({ url, key, secret }, event).catch((error: Error) => {
      process.stderr.write(`The desk at ${url} did not answer: ${error.cause ?? error.message}\n`)
      process.exit(1)
    })
    process.stdout.write(`${event.id} ${answer.status} ${await answer.text()}\n`)
    if (!answer.ok) process.exitCode = 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
