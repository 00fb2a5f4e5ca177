/**
 * The channel port: everything an adapter is, and the one common form into which it brings what arrives.
 * An adapter translates. It verifies, normalises and sends; it decides nothing, stores nothing and looks nothing up:
 * what it needs is handed to it, `Outbound` included, so it cannot open a connection of its own.
 * Others ask what a channel can do (`capabilities`, `authentication`), never which one it is.
 * External ids are opaque: only the adapter that made one may look inside.
 */
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import type { Randomness } from '../kernel/clock.ts'
import type { FailureCode, Outbound } from '../kernel/outbound.ts'
import type { Secret } from '../kernel/secret.ts'

declare const kind: unique symbol
type Opaque<Name extends string> = string & { readonly [kind]: Name }

/** A person as the channel knows them, unique within one inbox. */
export type ExternalContactId = Opaque<'external contact'>
/** A message as the channel knows it, unique within one inbox. */
export type ExternalMessageId = Opaque<'external message'>
/** One call from outside; the same call again has the same key. At most 200 characters. */
export type EventKey = Opaque<'event'>

/** Names under which an inbox keeps the secrets of a channel. */
export type CredentialName = 'signingSecret'

export type DeliveryNews = 'sent' | 'delivered' | 'read' | 'failed'

export interface Capabilities {
  readonly maxTextCharacters: number
  readonly attachments: {
    /** Files leave with their message. Else the other side reads them from the desk, and `send` is handed none. */
    readonly areCarried: boolean
    readonly maxCount: number
    /** Of one file. */
    readonly maxBytes: number
    /** Of all files of one message. */
    readonly maxTotalBytes: number
    readonly mediaTypes: 'any' | readonly string[]
  }
  /** An uncertain send may be tried again under the same id, because the receiver keeps only one. */
  readonly isIdempotent: boolean
  /** What the channel can ever say about a message that it took. */
  readonly deliveryStates: readonly DeliveryNews[]
  /** Waiting time before each try, the first included; after the last one the message has failed. */
  readonly retryDelaysMs: readonly number[]
}

/** A file that came with the call itself, or one that its sender had uploaded to the desk before. */
export type InboundAttachment =
  | { readonly kind: 'bytes'; readonly fileName: string; readonly mediaType: string; readonly bytes: Buffer }
  | { readonly kind: 'stored'; readonly attachmentId: string; readonly visitorId: string }

export interface InboundMessage {
  readonly kind: 'message'
  readonly externalId: ExternalMessageId
  readonly from: {
    readonly externalId: ExternalContactId
    readonly name: string | null
    readonly email: string | null
    /** The channel vouches that this person is who `externalId` says. */
    readonly isVerified: boolean
  }
  readonly text: string
  /** As the sender's clock said it, which may be wrong; null when it said nothing believable. */
  readonly sentAt: Date | null
  /** Order within the same sent time. */
  readonly sequence: number | null
  /** What the writer's own screen called the message; null where the screen is not ours. */
  readonly clientMessageId: string | null
  readonly attachments: readonly InboundAttachment[]
}

/** News of a message that the desk had sent. `reason` is a stranger's sentence: seal it or drop it. */
export interface InboundStatus {
  readonly kind: 'status'
  readonly externalMessageId: ExternalMessageId
  readonly state: DeliveryNews
  readonly at: Date | null
  readonly reason: string | null
}

export type Inbound = InboundMessage | InboundStatus

/** Why an event could not be read. `field` is a path in it; neither holds a word of what it said. */
export interface Unreadable {
  readonly kind: 'unreadable'
  readonly reason: 'not_utf8' | 'not_json' | 'unknown_type' | 'wrong_shape' | 'bad_base64' | 'too_large' | 'empty'
  readonly field: string | null
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export type Verdict =
  | { readonly ok: true; readonly eventKey: EventKey }
  /** For counters and logs of our own; whoever called hears one and the same refusal. */
  | {
      readonly ok: false
      readonly reason: 'no_secret' | 'missing_header' | 'bad_header' | 'too_old' | 'too_new' | 'wrong_signature'
    }

export interface OutboundFile {
  readonly fileName: string
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface SendRequest {
  /** `msg_…` and `cnv_…`, as the world sees them. The same message has the same id at every try. */
  readonly messageId: string
  readonly conversationId: string
  readonly to: { readonly externalId: ExternalContactId; readonly name: string | null }
  readonly text: string
  readonly sentAt: Date
  readonly attachments: readonly OutboundFile[]
  readonly settings: InboxSettings
  /** Those named by `credentials.outbound` that are good now, newest first. */
  readonly secrets: readonly Secret[]
  readonly now: Date
  /** The whole of `send` ends within this time. */
  readonly timeoutMs: number
}

/** Codes are message keys; `detail` is a status or an error code, never words of the receiver or of the message. */
export type RejectionCode =
  | 'text_too_long'
  | 'too_many_attachments'
  | 'attachment_too_large'
  | 'attachment_type_refused'
  | 'not_configured'
  | 'address_refused'
  | 'receiver_refused'
  | 'receiver_gone'
  | 'receiver_redirected'

export type Outcome =
  | { readonly kind: 'accepted'; readonly externalId: ExternalMessageId; readonly state: 'sent' | 'delivered' }
  /** Trying again unchanged would not help. */
  | { readonly kind: 'rejected'; readonly code: RejectionCode; readonly detail: string }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** The other side has certainly not seen it. */
  | { readonly kind: 'unreachable'; readonly code: FailureCode; readonly detail: string }
  /** The other side may have it. */
  | { readonly kind: 'uncertain'; readonly code: FailureCode | 'receiver_error'; readonly detail: string }

interface AdapterCore {
  readonly channel: Channel
  readonly capabilities: Capabilities
  /** Which secrets check what comes in and which are needed to send: they are kept apart, for different roles. */
  readonly credentials: {
    readonly inbound: readonly CredentialName[]
    readonly outbound: readonly CredentialName[]
  }
  /** Which inbox settings mean something to this channel; others are refused. */
  readonly settingNames: readonly (keyof InboxSettings)[]
  /** A fresh signing secret in the spelling that the channel's partners expect. */
  mintSecret(randomness: Randomness): string
  /** What the other side will call a message, where that is known before it leaves: news of it may overtake the answer. */
  externalIdOf?(messageId: string): ExternalMessageId
  /** Pure: the same bytes give the same answer, and no bytes make it throw. */
  normalise(raw: Buffer): Inbound[] | Unreadable
  /** The id of a contact as a person may read it; null when it says nothing to anybody. */
  readableContactId(id: ExternalContactId): string | null
  /** The id that reads like this: what somebody who types it is looking for. */
  contactIdReadAs(text: string): ExternalContactId
  /** Never throws for what the network or the receiver does. */
  send(request: SendRequest, http: Outbound): Promise<Outcome>
}

/** Events come from a program outside, each with a signature over its bytes. */
export interface SignedAdapter extends AdapterCore {
  readonly authentication: 'signature'
  verify(raw: Buffer, headers: Headers, secrets: readonly Secret[], now: Date): Verdict
}

export interface Identity {
  readonly externalId: ExternalContactId
  readonly name: string | null
  readonly email: string | null
  readonly expiresAt: Date
}

export type IdentityVerdict =
  | { readonly ok: true; readonly identity: Identity }
  | {
      readonly ok: false
      readonly reason:
        | 'no_secret'
        | 'malformed'
        | 'wrong_algorithm'
        | 'wrong_signature'
        | 'wrong_audience'
        | 'expired'
        | 'too_long_lived'
        | 'not_yet_valid'
        | 'bad_claim'
    }

/** What the widget's route knows once it has checked the visitor's token. */
export interface VisitorWriting {
  /** Row of the visitor whose bearer token was checked; only this one's uploads go with the message. */
  readonly visitorId: string
  readonly visitor: {
    readonly externalId: ExternalContactId
    readonly name: string | null
    readonly email: string | null
    readonly isVerified: boolean
  }
  readonly clientMessageId: string
  readonly text: string
  readonly sentAt: Date
  /** UUIDs of attachments that this visitor uploaded; the route has checked that they are theirs. */
  readonly attachmentIds: readonly string[]
}

/**
 * Events come from a visitor's browser, which has no secret to sign with. The route that checked the bearer token of
 * the visitor is what vouches for them, so there is no `verify` here and the signed-hook route cannot take them.
 */
export interface VisitorAdapter extends AdapterCore {
  readonly authentication: 'visitor'
  /** The event to keep, and its key. Made by the server alone, from a checked request. */
  envelope(writing: VisitorWriting): { raw: Buffer; eventKey: EventKey }
  anonymousContactId(visitorId: string): ExternalContactId
  verifyIdentity(jwt: string, secrets: readonly Secret[], inboxKey: string, now: Date): IdentityVerdict
}

export type Adapter = SignedAdapter | VisitorAdapter
