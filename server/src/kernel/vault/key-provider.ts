/**
 * A key provider holds the master key and wraps other keys with it. The vault knows it by this interface only.
 * Promises that what was wrapped for one context never unwraps in another, and that `deriveSecret` gives the same
 * bytes at every start, so that start-up secrets (role passwords, the scope key, the pepper) need no store of their own.
 * Refuses with a `KeyTrouble` that carries a code and no key material.
 */
export interface KeyProvider {
  /** Names the master key without revealing it; kept beside each wrapped key. */
  readonly id: string
  wrap(context: KeyContext, key: Buffer): Promise<Buffer>
  unwrap(context: KeyContext, wrapped: Buffer): Promise<Buffer>
  /** 32 bytes for one start-up purpose, such as `scope-signing`. */
  deriveSecret(label: string): Buffer
}

/** What a wrapped key is for. It is bound to the wrapping, not hidden: cloud providers log it. */
export type KeyContext = Readonly<Record<string, string>>

export type KeyTroubleCode =
  | 'key_file_missing'
  | 'key_file_open_to_others'
  | 'key_file_malformed'
  | 'other_master_key'
  | 'provider_refused'
  | 'provider_unreachable'
  | 'store_malformed'
  | 'workspace_unknown'
  | 'workspace_destroyed'
  | 'workspace_exists'
  | 'workspace_busy'
  | 'version_in_use'

/** An expected failure around keys. The sentence is for an operator; it never holds a key or a plaintext. */
export class KeyTrouble extends Error {
  override readonly name = 'KeyTrouble'
  readonly code: KeyTroubleCode
  constructor(code: KeyTroubleCode, sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** One spelling of a context, whatever order its fields were written in. */
export function spellContext(context: KeyContext): string {
  const fields = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(fields)
}
