/** The people who write to the workspace: a list that is found through, and beside it the one that is open. */
import { UsersRound } from 'lucide-react'
import { Outlet, Route, Routes, useParams } from 'react-router'
import { NotFoundPage, useTitle } from '../../app/page-states.tsx'
import { useWords } from '../../app/preferences.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { ContactPage } from './contact-page.tsx'
import { ContactsList } from './contacts-list.tsx'
import { contactsWords } from './words.ts'
import './contacts.css'

export function ContactsRoutes() {
  return (
    <Routes>
      <Route element={<Panes />}>
        <Route index element={<NobodyChosen />} />
        <Route path=":contactId" element={<OneContact />} />
      </Route>
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  )
}

/** On a phone one pane has the whole width: the contact when one is open, else the list. */
function Panes() {
  const { contactId } = useParams()
  return (
    <main id="main" className="contacts" data-open={contactId ? '' : undefined}>
      <ContactsList openId={contactId ?? null} />
      <div className="contacts-detail">
        <Outlet />
      </div>
    </main>
  )
}

function NobodyChosen() {
  const words = useWords(contactsWords)
  useTitle(words.title)
  return (
    <div className="contacts-nobody">
      <EmptyState icon={<UsersRound />} title={words.chooseTitle} words={words.chooseWords} />
    </div>
  )
}

function OneContact() {
  const { contactId = '' } = useParams()
  return <ContactPage key={contactId} contactId={contactId} />
}
