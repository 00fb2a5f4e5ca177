/**
 * Plays a cast's story against a desk through its routes, as browsers and a shop's program would: signs up, invites,
 * connects inboxes, writes as customers, answers as agents. Every step is checked; a step that fails stops the demo.
 */
import { createHmac } from 'node:crypto'
import * as conversations from '@central-desk/contract/conversations.ts'
import { createInbox } from '@central-desk/contract/inboxes.ts'
import { createInvitation } from '@central-desk/contract/members.ts'
import { acceptInvitation, signUp } from '@central-desk/contract/session.ts'
import { sendVisitorMessage, startVisitorSession } from '@central-desk/contract/widget.ts'
import { createSavedReply, createTag } from '@central-desk/contract/workspaces.ts'
import type { FastifyInstance } from 'fastify'
import type { Randomness } from '../kernel/clock.ts'
import type { Origins } from '../kernel/web/origins.ts'
import { Caller } from './caller.ts'
import type { Cast, Scene, Step } from './cast.ts'
import type { WalkingClock } from './clock.ts'

type DemoMember = { name: string; email: string; password: string; role: string }
type DemoInbox = { id: string; channel: string; key: string; signingSecret: string }
export type DemoWorkspace = { id: string; slug: string; name: string; members: DemoMember[]; inboxes: DemoInbox[] }
export type DemoDocument = { schema: 1; url: string; storefrontUrl: string; workspaces: DemoWorkspace[] }

type Stage = DemoWorkspace & {
  callers: Map<string, Caller>
  memberIds: Map<string, string>
  tagIds: Map<string, string>
  /** Conversations of the scenes so far. */
  conversationIds: Set<string>
}

/** Writes as the customer of a scene. */
type Write = (text: string) => Promise<void>

const PASSWORD_BYTES = 12
const STORED_WITHIN_MS = 10_000
const LOOK_MS = 15

export class Director {
  private readonly app: FastifyInstance
  private readonly clock: WalkingClock
  private readonly randomness: Randomness
  private readonly origins: Origins

  constructor(app: FastifyInstance, clock: WalkingClock, randomness: Randomness, origins: Origins) {
    this.app = app
    this.clock = clock
    this.randomness = randomness
    this.origins = origins
  }

  /** Opens a workspace and plays its scenes in the order of their time. */
  async open(cast: Cast): Promise<DemoWorkspace> {
    const stage = await this.signUpOwner(cast)
    for (const person of cast.people.slice(1)) await this.invite(stage, person)
    await this.furnish(stage, cast)
    await this.play(stage, cast.scenes)
    const { id, slug, name, members, inboxes } = stage
    return { id, slug, name, members, inboxes }
  }

  private caller(): Caller {
    return new Caller(this.app, this.origins)
  }

  private password(): string {
    return this.randomness.bytes(PASSWORD_BYTES).toString('base64url')
  }

  private id(): string {
    return this.randomness.bytes(PASSWORD_BYTES).toString('base64url')
  }

  private async signUpOwner(cast: Cast): Promise<Stage> {
    const owner = cast.people[0]
    if (!owner) throw new Error('a cast has an owner')
    const caller = this.caller()
    const password = this.password()
    const session = await caller.call(signUp, {
      body: { name: owner.name, email: owner.email, password, workspaceName: cast.name, language: cast.language },
    })
    const membership = session.memberships[0]
    if (!membership) throw new Error('signing up makes a membership')
    const { id, slug, name } = membership.workspace
    return {
      id,
      slug,
      name,
      members: [{ ...owner, password }],
      inboxes: [],
      callers: new Map([[owner.name, caller]]),
      memberIds: new Map([[owner.name, membership.memberId]]),
      tagIds: new Map(),
      conversationIds: new Set(),
    }
  }

  private async invite(stage: Stage, person: Cast['people'][number]): Promise<void> {
    const { link } = await this.owner(stage).call(createInvitation, {
      params: { workspaceId: stage.id },
      body: { email: person.email, role: person.role },
    })
    const caller = this.caller()
    const password = this.password()
    const session = await caller.call(acceptInvitation, {
      params: { token: link.split('/').at(-1) ?? '' },
      body: { name: person.name, password },
    })
    stage.members.push({ ...person, password })
    stage.callers.set(person.name, caller)
    stage.memberIds.set(person.name, session.memberships[0]?.memberId ?? '')
  }

  private owner(stage: Stage): Caller {
    return this.as(stage, stage.members[0]?.name ?? '')
  }

  private as(stage: Stage, name: string): Caller {
    const caller = stage.callers.get(name)
    if (!caller) throw new Error(`nobody in the cast is called ${name}`)
    return caller
  }

  /** Inboxes, tags and saved replies. */
  private async furnish(stage: Stage, cast: Cast): Promise<void> {
    const params = { workspaceId: stage.id }
    const owner = this.owner(stage)
    for (const { channel, name, settings } of cast.inboxes) {
      const { inbox, signingSecret } = await owner.call(createInbox, { params, body: { channel, name, settings } })
      stage.inboxes.push({ id: inbox.id, channel, key: inbox.key, signingSecret })
    }
    for (const tag of cast.tags) stage.tagIds.set(tag.name, (await owner.call(createTag, { params, body: tag })).id)
    for (const reply of cast.savedReplies) await owner.call(createSavedReply, { params, body: reply })
  }

  /** All scenes at once, step by step in the order of their time: the clock only walks forward. */
  private async play(stage: Stage, scenes: readonly Scene[]): Promise<void> {
    const played = scenes.map((scene) => ({
      scene,
      write: null as Write | null,
      conversationId: null as string | null,
      written: 0,
    }))
    const steps = played.flatMap((part) => part.scene.steps.map((step) => ({ part, step })))
    steps.sort((a, b) => b.step.minutesAgo - a.step.minutesAgo)
    for (const { part, step } of steps) {
      this.clock.walkTo(step.minutesAgo)
      if ('customer' in step) {
        part.write ??= await this.enter(stage, part.scene)
        await part.write(step.customer)
        part.written += 1
        part.conversationId = await this.storedConversation(stage, part.conversationId, part.written)
      } else if (part.conversationId !== null) {
        await this.act(stage, part.conversationId, step)
      }
    }
  }

  /** The customer comes in through the scene's channel; the answer is how they write. */
  private enter(stage: Stage, scene: Scene): Promise<Write> {
    return scene.channel === 'api' ? Promise.resolve(this.programFor(stage, scene)) : this.visitorFor(stage, scene)
  }

  /** A visitor of the shop's site, known to it by name. */
  private async visitorFor(stage: Stage, scene: Scene): Promise<Write> {
    const inbox = stage.inboxes.find(({ channel }) => channel === 'webchat')
    if (!inbox) throw new Error('the cast has no web chat')
    const caller = this.caller()
    const params = { inboxKey: inbox.key }
    const identity = scene.customer ? this.identity(inbox, scene.customer) : undefined
    const session = await caller.call(startVisitorSession, { params, body: identity ? { identity } : {} })
    caller.bearer = session.token
    return async (text) => {
      const sentAt = this.clock.now().toISOString()
      const body = { clientMessageId: this.id(), text, attachmentIds: [], sentAt }
      await caller.call(sendVisitorMessage, { params, body })
    }
  }

  private identity(inbox: DemoInbox, customer: NonNullable<Scene['customer']>): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const expiry_s = Math.floor(this.clock.now().getTime() / 1000) + 3600
    const claims = { sub: customer.id, name: customer.name, aud: inbox.key, exp: expiry_s }
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
    return `${signed}.${createHmac('sha256', inbox.signingSecret).update(signed).digest('base64url')}`
  }

  /** The shop's own program, posting to the API inbox. */
  private programFor(stage: Stage, scene: Scene): Write {
    const inbox = stage.inboxes.find(({ channel }) => channel === 'api')
    if (!inbox || !scene.customer) throw new Error('an API scene has an inbox and a customer')
    const from = scene.customer
    return async (text) => {
      const now = this.clock.now()
      const body = JSON.stringify({ type: 'message', id: this.id(), from, text, sentAt: now.toISOString() })
      await this.caller().postSigned(inbox, body, this.id(), now)
    }
  }

  /** The conversation that now holds so many messages of the customer, once intake has stored the newest. */
  private async storedConversation(stage: Stage, known: string | null, written: number): Promise<string> {
    const deadline = performance.now() + STORED_WITHIN_MS
    const owner = this.owner(stage)
    for (;;) {
      const page = await owner.call(conversations.listConversations, {
        params: { workspaceId: stage.id },
        query: { view: 'all', limit: 100 },
      })
      const found = page.conversations.find((row) =>
        known === null ? !stage.conversationIds.has(row.id) : row.id === known && row.lastInboundNumber >= written,
      )
      if (found) {
        stage.conversationIds.add(found.id)
        return found.id
      }
      if (performance.now() > deadline) throw new Error('a message of the demo was not stored in time')
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  private async act(stage: Stage, conversationId: string, step: Exclude<Step, { customer: string }>): Promise<void> {
    const caller = this.as(stage, step.by)
    const params = { workspaceId: stage.id, conversationId }
    if ('reply' in step) {
      const seen = await caller.call(conversations.getConversation, { params })
      const body = {
        clientMessageId: this.id(),
        text: step.reply,
        attachmentIds: [],
        seenNumber: seen.lastMessageNumber,
      }
      await caller.call(conversations.sendMessage, { params, body })
      await caller.call(conversations.markRead, { params, body: { readNumber: seen.lastMessageNumber + 1 } })
    } else if ('note' in step) {
      const body = { clientMessageId: this.id(), text: step.note, attachmentIds: [] }
      await caller.call(conversations.writeNote, { params, body })
    } else if ('assign' in step) {
      const assigneeId = stage.memberIds.get(step.assign) ?? null
      await caller.call(conversations.assignConversation, { params, body: { assigneeId } })
    } else if ('tag' in step) {
      const tagId = stage.tagIds.get(step.tag) ?? ''
      await caller.call(conversations.tagConversation, { params: { ...params, tagId } })
    } else {
      await caller.call(conversations.changeStatus, { params, body: { status: step.status } })
    }
  }
}
