/**
 * The signed scope of a transaction, made anew from what the database stores: a true one for one's own workspace, and all
 * the false ones that somebody with a smuggled statement, an old log or another login could come up with.
 * `v1.<workspace>.<backend pid>.<expiry in seconds>.<hex mac>` over `v1|<login>|<workspace>|<pid>|<expiry>`.
 */
import { createHash } from 'node:crypto'
import type { SqlClient } from './sql.ts'

export type ScopeKey = { readonly inner: Buffer; readonly outer: Buffer }
/** A connection that attacks: who it is to the database, and the workspaces. */
export type Attacker = {
  readonly client: SqlClient
  readonly login: string
  readonly pid: number
  readonly own: string
  readonly neighbour: string
}
export type Forgery = { readonly what: string; readonly scope: string }

const MINUTE_S = 60

export async function scopeKey(superuser: SqlClient): Promise<ScopeKey> {
  const { rows } = await superuser.query(
    'select inner_pad as inner, outer_pad as outer from app.scope_key order by version desc limit 1',
  )
  return rows[0]
}

function macOf({ inner, outer }: ScopeKey, text: string): string {
  const sum = (...parts: (Buffer | string)[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  return sum(outer, sum(inner, text)).toString('hex')
}

type Signed = { readonly login: string; readonly workspace: string; readonly pid: number; readonly until?: number }

export function signScope(key: ScopeKey, { login, workspace, pid, until = inAMinute() }: Signed): string {
  return `v1.${workspace}.${pid}.${until}.${macOf(key, `v1|${login}|${workspace}|${pid}|${until}`)}`
}

function inAMinute(): number {
  return Math.floor(Date.now() / 1000) + MINUTE_S
}

/** Of one's own workspace, as the program would sign it. */
export function ownScope(key: ScopeKey, { login, pid, own }: Attacker): string {
  return signScope(key, { login, workspace: own, pid })
}

/** Everything that is no scope for this login, on this connection, now. Each names the neighbour where it can. */
export function forgeries(key: ScopeKey, attacker: Attacker): Forgery[] {
  const { login, pid, own, neighbour } = attacker
  const until = inAMinute()
  const past = until - 2 * MINUTE_S
  const true_ = { login, workspace: neighbour, pid, until }
  const mine = signScope(key, { ...true_, workspace: own })
  const theirs = signScope(key, true_)
  const body = `v1.${neighbour}.${pid}.${until}`
  const macOfText = (scope: string) => scope.slice(scope.lastIndexOf('.') + 1)
  const flipped = macOfText(theirs).replace(/^./, (digit) => (Number.parseInt(digit, 16) ^ 1).toString(16))
  const nobodysKey: ScopeKey = { inner: Buffer.alloc(64, 0x36), outer: Buffer.alloc(64, 0x5c) }
  const other = login === 'desk_app' ? 'desk_worker' : 'desk_app'
  return [
    { what: 'none', scope: '' },
    { what: 'the bare id', scope: neighbour },
    { what: 'without a signature', scope: `${body}.` },
    { what: 'with a signature of zeros', scope: `${body}.${'0'.repeat(64)}` },
    { what: "one's own with the neighbour's id put in", scope: mine.replace(own, neighbour) },
    { what: 'one bit turned', scope: `${body}.${flipped}` },
    { what: 'cut short', scope: theirs.slice(0, -1) },
    { what: 'in capitals', scope: `${body}.${macOfText(theirs).toUpperCase()}` },
    { what: 'with more behind it', scope: `${theirs}.${neighbour}` },
    { what: 'of another version', scope: theirs.replace('v1.', 'v2.') },
    { what: 'of a key that is known to all', scope: signScope(nobodysKey, true_) },
    { what: 'signed for another login', scope: signScope(key, { ...true_, login: other }) },
    { what: 'signed for another connection', scope: signScope(key, { ...true_, pid: pid + 1 }) },
    {
      what: "signed for another connection, with this one's number put in",
      scope: signScope(key, { ...true_, pid: pid + 1 }).replace(`.${pid + 1}.`, `.${pid}.`),
    },
    { what: 'run out', scope: signScope(key, { ...true_, until: past }) },
    {
      what: 'run out, with a later time put in',
      scope: signScope(key, { ...true_, until: past }).replace(`.${past}.`, `.${until}.`),
    },
  ]
}
