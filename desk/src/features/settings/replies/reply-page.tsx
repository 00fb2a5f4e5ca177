/**
 * One saved reply, new or there already: shortcut, title, language, text, with the text as a customer will read it beside
 * the form. Deleting acts at once and can be undone. Who may only read sees the reply without the form.
 */
import {
  createSavedReply,
  deleteSavedReply,
  type SavedReply,
  updateSavedReply,
} from '@central-desk/contract/workspaces.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useNavigate, useParams } from 'react-router'
import { cacheKeys, useDesk, useSavedReplies, useWorkspaceSettings } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { NotFoundPage, useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useEdits } from '../../../app/use-edits.ts'
import { call } from '../../../lib/api.ts'
import { wordsOf } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { Page } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useNow } from '../../inbox/use-now.ts'
import { sayUndoable } from '../../../app/undo.ts'
import { repliesWords } from '../words/replies.ts'
import { ReplyForm } from './reply-form.tsx'
import { ReplyPreview } from './reply-preview.tsx'
import './replies.css'

export type ReplyFields = Pick<SavedReply, 'shortcut' | 'title' | 'text' | 'language'>

const fieldsOf = ({ shortcut, title, text, language }: SavedReply): ReplyFields => ({ shortcut, title, text, language })

export function NewReplyPage() {
  const words = useWords(repliesWords)
  const { may } = useDesk()
  const language = useWorkspaceSettings()?.language ?? 'bn'
  useTitle(words.newTitle)
  if (!may('savedReply.manage')) return <NotFoundPage />
  return <Editor reply={null} saved={{ shortcut: '', title: '', text: '', language }} />
}

export function ReplyPage() {
  const { replyId = '' } = useParams()
  const words = useWords(repliesWords)
  const { may } = useDesk()
  const { query } = useSavedReplies()
  const reply = query.data?.find(({ id }) => id === replyId)
  useTitle(reply ? reply.title : words.view)
  if (query.data && !reply) return <NotFoundPage />
  if (!reply) {
    return (
      <Page title={words.view} width="wide">
        <Loaded query={query} shape="line">
          {() => null}
        </Loaded>
      </Page>
    )
  }
  if (!may('savedReply.manage')) {
    return (
      <Page key={reply.id} title={reply.title} words={`/${reply.shortcut}`}>
        <ReplyPreview text={reply.text} />
      </Page>
    )
  }
  return <Editor key={reply.id} reply={reply} saved={fieldsOf(reply)} />
}

function Editor({ reply, saved }: { reply: SavedReply | null; saved: ReplyFields }) {
  const words = useWords(repliesWords)
  const { workspaceId, slug, format } = useDesk()
  const now = useNow()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const edits = useEdits(`reply ${reply?.id ?? 'new'}`, saved)
  const list = `/w/${slug}/settings/replies`
  const form = useForm(async () => {
    const params = { workspaceId }
    if (!reply) await call(createSavedReply, { params, body: edits.fields })
    else if (edits.isChanged) {
      await call(updateSavedReply, { params: { ...params, savedReplyId: reply.id }, body: edits.changed })
    }
    await queries.invalidateQueries({ queryKey: cacheKeys.savedReplies(workspaceId) })
    edits.discard()
    toast({ words: reply ? words.saved : words.made })
    if (!reply) navigate(list)
  })
  return (
    <Page
      title={reply ? words.editTitle : words.newTitle}
      words={reply && words.updated(format.relative(new Date(reply.updatedAt), now))}
      width="wide"
      actions={reply && <DeleteButton reply={reply} onDeleted={() => navigate(list)} />}
    >
      <div className="reply-editor">
        <ReplyForm form={form} edits={edits} isNew={!reply} />
        <ReplyPreview text={edits.fields.text} />
      </div>
    </Page>
  )
}

function DeleteButton({ reply, onDeleted }: { reply: SavedReply; onDeleted: () => void }) {
  const words = useWords(repliesWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: cacheKeys.savedReplies(workspaceId) })
  const say = (error: unknown) => toast({ words: wordsOf(error, text), tone: 'danger' })
  const restore = async () => {
    try {
      await call(createSavedReply, { params: { workspaceId }, body: fieldsOf(reply) })
      await refresh()
      toast({ words: words.restored })
    } catch (error) {
      say(error)
    }
  }
  const remove = async () => {
    try {
      await call(deleteSavedReply, { params: { workspaceId, savedReplyId: reply.id } })
    } catch (error) {
      say(error)
      return
    }
    onDeleted()
    await refresh()
    sayUndoable(words.deleted(reply.title), text, restore)
  }
  return (
    <Button look="quiet" icon={<Trash2 aria-hidden="true" />} aria-label={words.deleteOf(reply.title)} onClick={remove}>
      {text.delete}
    </Button>
  )
}
