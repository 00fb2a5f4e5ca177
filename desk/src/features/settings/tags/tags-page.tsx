/**
 * The tags of the workspace: make, rename, recolour, delete. Deleting takes a tag off every conversation and cannot be
 * undone, so it asks, and says that renaming keeps them.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { createTag, deleteTag, type Tag, updateTag } from '@central-desk/contract/workspaces.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Pencil, Tag as TagIcon, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { cacheKeys, useDesk, useTags } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { wordsOf } from '../../../lib/problems.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Chip } from '../../../ui/chip.tsx'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { tagsWords } from '../words/tags.ts'
import { TagForm } from './tag-form.tsx'
import './tags.css'

const FOCUS_AFTER_MS = 50

export function TagsPage() {
  const { pages, viewOnlyTeam } = useWords(frameWords)
  const words = useWords(tagsWords)
  const { may, workspaceId } = useDesk()
  const { query } = useTags()
  const refresh = useRefreshTags()
  useTitle(pages.tags)
  return (
    <Page title={pages.tags} words={words.words}>
      {!may('tag.manage') && <ViewOnly>{viewOnlyTeam}</ViewOnly>}
      {may('tag.manage') && (
        <Section title={words.make}>
          <TagForm
            saved={{ name: '', colour: 'teal' }}
            saveLabel={words.add}
            onSave={async (body) => {
              const tag = await call(createTag, { params: { workspaceId }, body })
              await refresh()
              toast({ words: words.added(tag.name) })
            }}
          />
        </Section>
      )}
      <Loaded query={query}>{(tags) => <TagList tags={tags} />}</Loaded>
    </Page>
  )
}

function useRefreshTags(): () => Promise<void> {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  return () => queries.invalidateQueries({ queryKey: cacheKeys.tags(workspaceId) })
}

const editId = (tagId: string) => `edit-${tagId}`

/** Once the row is drawn, and a dialog has let go of the focus. */
function focusEditOf(tagId: string): void {
  setTimeout(() => document.getElementById(editId(tagId))?.focus(), FOCUS_AFTER_MS)
}

function TagList({ tags }: { tags: readonly Tag[] }) {
  const words = useWords(tagsWords)
  const text = useText()
  const { format, workspaceId } = useDesk()
  const refresh = useRefreshTags()
  const [editing, setEditing] = useState<string | null>(null)
  const [deleting, setDeleting] = useState<Tag | null>(null)
  const last = useRef<Tag | null>(null)
  /** Where the focus goes after a deletion: the row that took the place. */
  const next = useRef<string | null>(null)
  if (deleting) last.current = deleting
  const shown = last.current
  if (tags.length === 0) {
    return <EmptyState icon={<TagIcon />} title={words.emptyTitle} words={words.emptyWords} />
  }
  return (
    <Section
      title={words.list}
      words={words.listWords(tags.length, format.number(tags.length), format.number(LIMITS.tagsPerWorkspace))}
    >
      <ul className="tags">
        {tags.map((tag) => (
          <TagRow
            key={tag.id}
            tag={tag}
            isEditing={editing === tag.id}
            onEdit={() => setEditing(tag.id)}
            onDone={() => {
              setEditing(null)
              focusEditOf(tag.id)
            }}
            onDelete={() => setDeleting(tag)}
          />
        ))}
      </ul>
      {shown && (
        <ConfirmDialog
          isOpen={deleting !== null}
          title={words.deleteTitle(shown.name)}
          confirmLabel={text.delete}
          cancelLabel={text.cancel}
          closeLabel={text.closeDialog}
          sayFailure={(failure) => wordsOf(failure, text)}
          onConfirm={async () => {
            await call(deleteTag, { params: { workspaceId, tagId: shown.id } })
            const at = tags.findIndex(({ id }) => id === shown.id)
            next.current = (tags[at + 1] ?? tags[at - 1])?.id ?? null
            await refresh()
            toast({ words: words.deleted(shown.name) })
          }}
          onClose={() => {
            setDeleting(null)
            if (next.current) focusEditOf(next.current)
            next.current = null
          }}
        >
          <p>{words.deleteWords}</p>
          <p className="tag-rename-words">{words.deleteRename}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}

interface RowProps {
  tag: Tag
  isEditing: boolean
  onEdit: () => void
  onDone: () => void
  onDelete: () => void
}

function TagRow({ tag, isEditing, onEdit, onDone, onDelete }: RowProps) {
  const words = useWords(tagsWords)
  const text = useText()
  const { may, workspaceId } = useDesk()
  const refresh = useRefreshTags()
  if (isEditing) {
    return (
      <li className="tag-row tag-row-open">
        <TagForm
          saved={tag}
          saveLabel={text.save}
          focusesFirst
          onSave={async ({ name, colour }) => {
            const params = { workspaceId, tagId: tag.id }
            const saved = await call(updateTag, { params, body: { name, colour } })
            await refresh()
            toast({ words: words.saved(saved.name) })
            onDone()
          }}
          aside={
            <Button look="quiet" onClick={onDone}>
              {text.cancel}
            </Button>
          }
        />
      </li>
    )
  }
  return (
    <li className="tag-row">
      <Chip tint={tag.colour}>{tag.name}</Chip>
      {may('tag.manage') && (
        <span className="tag-row-acts">
          <IconButton id={editId(tag.id)} label={words.editOf(tag.name)} icon={<Pencil />} onClick={onEdit} />
          <IconButton label={words.deleteOf(tag.name)} icon={<Trash2 />} onClick={onDelete} />
        </span>
      )}
    </li>
  )
}
