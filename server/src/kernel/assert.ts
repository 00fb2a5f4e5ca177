/**
 * A bug, said where it is noticed. What a caller can cause is a refusal (refusal.ts); what only we can cause is an
 * assertion: answered 500 with a reference and nothing else, logged with its whole chain of causes.
 */
export class Bug extends Error {
  override readonly name = 'Bug'
}

export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Bug(why)
}
