/** The people who write to the workspace, newest first, found by name, e-mail or phone. */
import { listContacts } from '@central-desk/contract/contacts.ts'
import { useQuery } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useTitle } from '../../app/page-states.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { contactsWords } from './words.ts'

export function ContactsRoutes() {
  const words = useWords(contactsWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const [find, setFind] = useState('')
  const q = useDeferredValue(find.trim())
  useTitle(words.title)
  const { data, error, isPending } = useQuery({
    queryKey: [...cacheKeys.contacts(workspaceId), q],
    queryFn: ({ signal }) => call(listContacts, { params: { workspaceId }, query: q ? { q } : {}, signal }),
  })
  return (
    <Page title={words.title}>
      <TextField
        label={words.find}
        placeholder={words.find}
        hidesLabel
        type="search"
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
      {isPending && <Skeleton />}
      {error && <ErrorState title={text.errorTitle} words={wordsOf(error, text)} />}
      {data?.contacts.length === 0 && (
        <EmptyState icon={<UsersRound />} title={words.emptyTitle} words={words.emptyWords} />
      )}
      <ul>
        {data?.contacts.map((contact) => (
          <li key={contact.id} className="menu-item">
            <Avatar name={contact.name ?? words.unnamed} seed={contact.id} size="normal" />
            <span className="menu-words truncate">{contact.name ?? contact.addresses[0]?.label ?? words.unnamed}</span>
            <span className="meta">{contact.phone ?? contact.email}</span>
          </li>
        ))}
      </ul>
    </Page>
  )
}
