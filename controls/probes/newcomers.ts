/**
 * People a probe makes for itself, by signing up as anybody can, and the rate limits taken out of their way: a probe
 * that asks often would otherwise be stopped by another promise than the one it attacks.
 */
import { randomBytes } from 'node:crypto'
import type { Answer, Caller } from './caller.ts'
import type { Stage } from './probe.ts'

export type Newcomer = {
  readonly caller: Caller
  readonly email: string
  readonly password: string
  readonly workspaceId: string
  /** The answer to the sign-up. */
  readonly answer: Answer
}

/** A strong password that nobody has. */
export function strongPassword(): string {
  return `willow-${randomBytes(9).toString('base64url')}-kettle`
}

export function unusedEmail(): string {
  return `${randomBytes(8).toString('hex')}@mail.example`
}

/** From now on every budget of calls is always full. Lockout is another thing and stays. */
export async function liftBudgets(stage: Stage): Promise<void> {
  const sql = await stage.sql('superuser')
  await sql.query(`
    create function public.lift() returns trigger language plpgsql as $$ begin new.used := 0; return new; end $$;
    create trigger lifted before insert or update on desk.rate_budget for each row execute function public.lift()`)
}

export function signUpBody(email: string, password: string) {
  return { name: 'Shirin Akter', email, password, workspaceName: 'Probe Works', language: 'en' }
}

export async function trySignUp(stage: Stage, email: string, password: string): Promise<Newcomer> {
  const caller = stage.caller()
  const answer = await caller.call('POST', '/api/v1/sign-up', { body: signUpBody(email, password) })
  const workspaceId: string = answer.body?.memberships?.[0]?.workspace?.id ?? ''
  return { caller, email, password, workspaceId, answer }
}

export async function newcomer(stage: Stage, password = strongPassword()): Promise<Newcomer> {
  const made = await trySignUp(stage, unusedEmail(), password)
  if (made.answer.status !== 201) throw new Error(`signing up was answered ${made.answer.status}`)
  return made
}

/** One try to sign in, from a browser that nobody has seen before unless one is given. */
export function trySignIn(stage: Stage, email: string, password: string, caller = stage.caller()): Promise<Answer> {
  return caller.call('POST', '/api/v1/session', { body: { email, password, sharedComputer: false } })
}

/** The token of an invitation link to an address. */
export async function invitationTo(
  owner: Pick<Newcomer, 'caller' | 'workspaceId'>,
  email: string,
  role = 'agent',
): Promise<string> {
  const path = `/api/v1/workspaces/${owner.workspaceId}/invitations`
  const made = await owner.caller.call('POST', path, { body: { email, role } })
  const token = /\/([A-Za-z0-9_-]{43})$/.exec(made.body?.link ?? '')?.[1]
  if (!token) throw new Error(`inviting was answered ${made.status}`)
  return token
}

/** The token of a reset link, made by the operator's command. */
export async function resetTokenFor(stage: Stage, email: string): Promise<string> {
  const { status, output } = await stage.operate('member', 'reset-link', email)
  const token = /\/reset\/([A-Za-z0-9_-]{43})/.exec(output)?.[1]
  if (status !== 0 || !token) throw new Error('the operator could make no reset link')
  return token
}
