/** Which versions of its keys a workspace has, and how much stands under each. Never a key. */
import { countSeals } from '../../kernel/resealing.ts'
import type { KeptVersion } from '../../kernel/vault/index.ts'
import type { KeysParts, Workspace } from './workspaces.ts'

export type Listed = KeptVersion & {
  /** Sealed values under this version; null for look-up and search keys, of which no stored hash tells its version. */
  readonly values: number | null
}

export async function listKeys({ doors, vault }: KeysParts, { id }: Workspace): Promise<Listed[]> {
  const versions = await vault.versions(id)
  const counts = await countSeals(doors, id)
  const valuesOf = ({ family, version }: KeptVersion) => (family === 'content' ? (counts.get(version) ?? 0) : null)
  return versions.map((version) => ({ ...version, values: valuesOf(version) }))
}
