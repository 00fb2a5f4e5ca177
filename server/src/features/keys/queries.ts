/** All SQL of the keys room: which workspaces there are. */
import type { Database } from '../../kernel/pools.ts'

export async function selectWorkspaces(db: Database): Promise<{ id: string; slug: string; name: string }[]> {
  return db.selectFrom('workspace').select(['id', 'slug', 'name']).orderBy('slug').execute()
}
