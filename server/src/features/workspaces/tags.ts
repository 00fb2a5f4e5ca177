/** Tags of a workspace. A name exists once, however it is spelled: Order, order and ＯＲＤＥＲ are one tag. */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import { fold } from '@central-desk/contract/fold.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { createTag as createEndpoint, updateTag as updateEndpoint } from '@central-desk/contract/workspaces.ts'
import { refuse, refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { onceOnly } from './once.ts'
import { countTags, insertTag, removeTag, selectTag, selectTags, storeTag, type TagRow } from './queries.ts'

function wordsOf({ id, name, colour }: TagRow) {
  return { id, name, colour }
}

export async function listTags(tx: WorkspaceTx) {
  return { tags: (await selectTags(tx)).map(wordsOf) }
}

/** The tag, locked for what follows, or 404. */
async function openTag(tx: WorkspaceTx, id: string): Promise<TagRow> {
  const row = await selectTag(tx, id)
  if (!row) throw refuse('not_found')
  return row
}

function named(name: string) {
  const trimmed = name.trim().replace(/\s+/gu, ' ')
  const folded = fold(trimmed).trim()
  if (folded === '') throw refuseField('name', 'wrong_form')
  return { name: trimmed, name_folded: folded }
}

export async function createTag(tx: WorkspaceTx, body: BodyOf<typeof createEndpoint>) {
  const row = { id: tx.nextId(), ...named(body.name), colour: body.colour }
  // Two who come at the same moment may pass the limit by one; it keeps lists short, it guards nothing.
  if ((await countTags(tx)) >= LIMITS.tagsPerWorkspace) throw refuse('limit_reached')
  await onceOnly('name', insertTag(tx, row))
  const tag = wordsOf(row)
  note(tx, 'tag.created', tag.id, undefined, tag)
  return tag
}

export async function updateTag(tx: WorkspaceTx, id: string, body: BodyOf<typeof updateEndpoint>) {
  const row = await openTag(tx, id)
  const change = {
    ...(body.name === undefined ? { name: row.name, name_folded: row.name_folded } : named(body.name)),
    colour: body.colour ?? row.colour,
  }
  await onceOnly('name', storeTag(tx, id, change))
  const tag = wordsOf({ ...row, ...change })
  note(tx, 'tag.updated', id, wordsOf(row), tag)
  return tag
}

/** Taking the tag off its conversations is the foreign key's work. */
export async function deleteTag(tx: WorkspaceTx, id: string): Promise<void> {
  const row = await openTag(tx, id)
  await removeTag(tx, id)
  note(tx, 'tag.deleted', id, wordsOf(row))
}

type Noted = Pick<TagRow, 'name' | 'colour'>

function note(tx: WorkspaceTx, action: string, id: string, before?: Noted, after?: Noted): void {
  const facts = (tag?: Noted) => tag && { name: tag.name, colour: tag.colour }
  tx.audit({ action, target: encodeId('tag', id), before: facts(before), after: facts(after) })
  tx.publish({ kind: 'tags.changed' })
}
