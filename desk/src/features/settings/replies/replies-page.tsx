/** All saved replies by shortcut, found by words in any spelling; each opens in its own page. */
import { REPLY_LANGUAGES, type SavedReply } from '@central-desk/contract/workspaces.ts'
import { MessageSquareText, Plus } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useDesk, useSavedReplies } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useWords } from '../../../app/preferences.tsx'
import { languageOf } from '../../../lib/text.ts'
import { Button } from '../../../ui/button.tsx'
import { Chip, type Tint } from '../../../ui/chip.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { Page } from '../../../ui/page.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { findReplies } from '../model/find-replies.ts'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { repliesWords } from '../words/replies.ts'
import './replies.css'

export const LANGUAGE_TINTS: Record<SavedReply['language'], Tint> = { bn: 'teal', en: 'blue', banglish: 'violet' }

export function RepliesPage() {
  const { pages, viewOnlyTeam } = useWords(frameWords)
  const words = useWords(repliesWords)
  const { may, slug } = useDesk()
  const navigate = useNavigate()
  const { query } = useSavedReplies()
  useTitle(pages.replies)
  const add = may('savedReply.manage') && (
    <Button
      look="primary"
      icon={<Plus aria-hidden="true" />}
      onClick={() => navigate(`/w/${slug}/settings/replies/new`)}
    >
      {words.add}
    </Button>
  )
  return (
    <Page title={pages.replies} words={words.words} width="wide" actions={add}>
      {!may('savedReply.manage') && <ViewOnly>{viewOnlyTeam}</ViewOnly>}
      <Loaded query={query}>{(replies) => <ReplyList replies={replies} />}</Loaded>
    </Page>
  )
}

function ReplyList({ replies }: { replies: readonly SavedReply[] }) {
  const words = useWords(repliesWords)
  const { format } = useDesk()
  const [find, setFind] = useState('')
  const [language, setLanguage] = useState<SavedReply['language'] | ''>('')
  const query = useDeferredValue(find)
  const shown = useMemo(
    () => findReplies(replies, query).filter((reply) => language === '' || reply.language === language),
    [replies, query, language],
  )
  if (replies.length === 0) {
    return <EmptyState icon={<MessageSquareText />} title={words.emptyTitle} words={words.emptyWords} />
  }
  return (
    <>
      <div className="replies-find">
        <TextField
          label={words.find}
          placeholder={words.find}
          hidesLabel
          type="search"
          spellCheck={false}
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
        <SelectField
          label={words.languageFilter}
          hidesLabel
          value={language}
          options={[
            { value: '', label: words.allLanguages },
            ...REPLY_LANGUAGES.map((value) => ({ value, label: words.languages[value] })),
          ]}
          onChange={(event) => setLanguage(event.target.value as typeof language)}
        />
      </div>
      <p role="status" className="replies-count meta">
        {words.found(shown.length, format.number(shown.length))}
      </p>
      {shown.length === 0 ? (
        <EmptyState title={words.noneTitle} words={words.noneWords} />
      ) : (
        <ul className="replies">
          {shown.map((reply) => (
            <ReplyRow key={reply.id} reply={reply} />
          ))}
        </ul>
      )}
    </>
  )
}

function ReplyRow({ reply }: { reply: SavedReply }) {
  const words = useWords(repliesWords)
  return (
    <li>
      <Link to={reply.id} className="reply-row">
        <span className="reply-top">
          <code className="reply-shortcut">/{reply.shortcut}</code>
          <span className="reply-title truncate" lang={languageOf(reply.title)}>
            {reply.title}
          </span>
          <Chip tint={LANGUAGE_TINTS[reply.language]}>{words.languages[reply.language]}</Chip>
        </span>
        <span className="reply-excerpt" lang={languageOf(reply.text)}>
          {reply.text}
        </span>
      </Link>
    </li>
  )
}
