/**
 * A fault that is planted to show that a probe can fail: SQL in a throw-away database, or one place of a source file
 * changed while it is loaded. Nothing in the server knows of faults, and no switch in it turns one on.
 */
export type Fault = {
  readonly name: string
  readonly claim: string
  /** The probe that must catch it. */
  readonly probe: string
  readonly plant:
    | { readonly kind: 'sql'; readonly statements: string }
    | { readonly kind: 'patch'; readonly file: string; readonly find: string; readonly replace: string }
}
