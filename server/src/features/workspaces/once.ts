/** Names that may exist once in a workspace: the database decides, also between two who come at the same moment. */
import { refuse } from '../../kernel/refusal.ts'

const UNIQUE_VIOLATION = '23505'

/** Runs a write; when it meets a name that is there already, says which field that was. */
export async function onceOnly<T>(field: string, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
    throw refuse('already_taken', { fields: [{ field, code: 'already_taken' }] })
  }
}
