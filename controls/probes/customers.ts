/**
 * Customers as a desk meets them in its web chat: a visitor's browser with its bearer token, and the token by which a
 * shop vouches for somebody. Signed here, by the published rules, with no code of the desk.
 */
import { createHmac } from 'node:crypto'
import { clientId } from './belongings.ts'
import type { Answer, Caller } from './caller.ts'
import type { CastInbox, CastWorkspace } from './cast.ts'
import type { Target } from './probe.ts'

const IDENTITY_LIFETIME_S = 600

export function inboxOf(workspace: CastWorkspace, channel: CastInbox['channel']): CastInbox {
  const inbox = workspace.inboxes.find((one) => one.channel === channel)
  if (!inbox) throw new Error(`the demo has no ${channel} inbox`)
  return inbox
}

/** A token by which a shop vouches for its customer: HS256 under the inbox's secret. */
export function identityFor(inbox: CastInbox, claims: object): string {
  const exp = Math.floor(Date.now() / 1000) + IDENTITY_LIFETIME_S
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ aud: inbox.key, exp, ...claims })}`
  return `${signed}.${createHmac('sha256', inbox.signingSecret).update(signed).digest('base64url')}`
}

/** One visitor of a web chat. */
export class Visitor {
  readonly caller: Caller
  readonly path: string

  private constructor(caller: Caller, inbox: CastInbox) {
    this.caller = caller
    this.path = `/widget/api/${inbox.key}`
  }

  static async come(target: Target, inbox: CastInbox, proof: { identity?: string } = {}): Promise<Visitor> {
    const visitor = new Visitor(target.caller(), inbox)
    const answer = await visitor.ask('POST', '/sessions', proof)
    if (answer.status !== 201) throw new Error(`a visit was answered ${answer.status}`)
    visitor.caller.bearer = answer.body.token
    return visitor
  }

  ask(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.caller.raw(method, `${this.path}${path}`, { origin: 'widget', body, headers })
  }

  write(text: string, attachmentIds: readonly string[] = []): Promise<Answer> {
    const sentAt = new Date().toISOString()
    return this.ask('POST', '/messages', { clientMessageId: clientId(), text, attachmentIds, sentAt })
  }

  /** Gives the id of the file. */
  async upload(fileName: string, bytes: Buffer): Promise<string> {
    const headers = { 'content-type': 'application/octet-stream' }
    const answer = await this.ask('POST', `/attachments?fileName=${encodeURIComponent(fileName)}`, bytes, headers)
    if (answer.status !== 201) throw new Error(`an upload of a visitor was answered ${answer.status}`)
    return answer.body.id
  }
}
