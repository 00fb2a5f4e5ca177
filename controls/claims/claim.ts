/**
 * What an entry of the registry is: one sentence of the security page, what it takes to be true, and how it stands. No
 * entry can be called proven by hand: that status comes from probes that ran, and from nothing else.
 */

/** SW: our software alone decides. OPS: the way it is run decides. ORG: people decide. */
export type ClaimKind = 'SW' | 'OPS' | 'ORG' | 'statement'
export type ClaimStatus = 'proven' | 'attested' | 'stale' | 'failing' | 'not_in_force' | 'planned'

export type Standing =
  /** True while every probe passes. With `butNot` the probes show a part only, and the sentence as a whole is not in force. */
  | { readonly by: 'probes'; readonly probes: readonly string[]; readonly butNot?: string }
  | { readonly by: 'nothing yet'; readonly reason: string }
  /** `until` is the first day, in UTC, on which the target has passed. */
  | { readonly by: 'plan'; readonly reason: string; readonly until: string }
  | { readonly by: 'statement'; readonly reason: string }

export type Claim = {
  readonly id: string
  /** As the page says it, letter by letter. */
  readonly sentence: string
  readonly kind: ClaimKind
  /** What makes it true, in words for people who read the page. */
  readonly how: string
  readonly standing: Standing
  /** Where it is done: paths from the root of the repository that must be there. */
  readonly code: readonly string[]
}

export type Section = {
  readonly heading: string
  readonly claims: readonly Claim[]
}

/** A claim that the software cannot support yet. */
export function notInForce(reason: string): Standing {
  return { by: 'nothing yet', reason }
}

export function probedBy(...probes: readonly string[]): Standing {
  return { by: 'probes', probes }
}
