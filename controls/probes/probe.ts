/**
 * What a probe is: a program that attacks one promise from outside, over HTTP, with a browser, with SQL as a hostile
 * login, or by reading the files on disk. It imports no code of the server and writes down itself what it expects.
 * An exam without an attempt, or without one allowed act that went well, proves nothing and counts as an error.
 */
import type { Cast } from './cast.ts'
import type { Caller, OriginName } from './caller.ts'
import type { SqlClient } from './sql.ts'

/** A desk that is reached by its address alone, as anybody can. */
export interface Target {
  /** Address of the desk's own origin, such as `https://desk.example`. */
  readonly url: string
  /** A caller that is nobody: no cookie, no token. */
  caller(): Caller
  /** Address of one of the four origins. */
  addressOf(origin: OriginName): string
}

/** A desk made for this probe and thrown away after it: everything may be done to it. */
export interface Stage extends Target {
  readonly cast: Cast
  /** Where its database, keys and files lie. */
  readonly home: string
  /** A folder for the probe's own files. */
  readonly scratch: string
  /** Signed in as somebody of the cast, on a device of their own. */
  signedIn(email: string): Promise<Caller>
  /** A connection to the desk's database under one of its own logins, or as its superuser. Closed by the stage. */
  sql(login: SqlLogin): Promise<SqlClient>
  /** Everything the desk has printed so far, its log included. */
  printed(): string
  /** Stops the desk as an operator does, or, at once, as a power cut does. */
  stop(how?: 'politely' | 'at once'): Promise<void>
  /** `env`: settings for this one start. Rejects with what was printed when the desk does not start. */
  start(env?: Readonly<Record<string, string>>): Promise<void>
  /** Of the running desk, so that its work can be measured. */
  processId(): number
  /** A command of `bin/desk` on this home, such as `operate('member', 'unlock', email)`. */
  operate(...words: string[]): Promise<{ status: number; output: string }>
  /** A second process of this desk on the same database and keys, as behind a load balancer. Ended by the stage. */
  beside(env?: Readonly<Record<string, string>>): Promise<Target>
  /** A new certificate for the names of this desk, signed by itself. */
  certificate(): Certificate
}

/** PEM, and the files that hold it. */
export type Certificate = {
  readonly certificate: string
  readonly key: string
  readonly certificateFile: string
  readonly keyFile: string
}

export type SqlLogin =
  | 'superuser'
  | 'desk_owner'
  | 'desk_app'
  | 'desk_auth'
  | 'desk_ingest'
  | 'desk_worker'
  | 'desk_rekey'
  | 'desk_audit_janitor'

export interface Exam {
  /** An attack, and whether the promise stood. What is said may hold ids and statuses, never words of a customer. */
  attempt(what: string, held: boolean): void
  /** An allowed act that must succeed, or what must be found where it should be: shows that the probe can see. */
  control(what: string, worked: boolean): void
  /** Whether something has broken through: a promise that is broken already needs no long looking. */
  isBroken(): boolean
}

export type SafeProbe = {
  /** Stays the same for ever; the claims name it, and `claims/attacks.ts` says in words what it tries. */
  readonly name: string
  readonly isSafe: true
  run(target: Target, exam: Exam): Promise<void>
}
export type StageProbe = {
  readonly name: string
  readonly isSafe: false
  run(stage: Stage, exam: Exam): Promise<void>
}
export type Probe = SafeProbe | StageProbe
