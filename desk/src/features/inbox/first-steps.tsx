/**
 * What a new workspace shows instead of conversations: there is no inbox yet, so nothing can come in. Whoever may
 * connect one is led there; the others hear who can.
 */
import { Inbox } from 'lucide-react'
import { Link } from 'react-router'
import { useDesk, useInboxes } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { EmptyState } from '../../ui/states.tsx'

/** True once it is known that nothing can come in. */
export function useHasNoInbox(): boolean {
  return useInboxes().query.data?.length === 0
}

export function NoInbox() {
  const { inbox } = useText()
  const { slug, may } = useDesk()
  const mayConnect = may('inbox.manage')
  return (
    <EmptyState
      icon={<Inbox />}
      title={inbox.noInboxTitle}
      words={mayConnect ? inbox.noInboxWords : inbox.noInboxReaderWords}
      action={
        mayConnect && (
          <Link className="button button-primary" to={`/w/${slug}/settings/inboxes/new`}>
            {inbox.connectInbox}
          </Link>
        )
      }
    />
  )
}

/** Beside the empty list, for who sets the desk up: the whole way in four lines. */
export function FirstSteps() {
  const { inbox } = useText()
  const { slug } = useDesk()
  const settings = `/w/${slug}/settings`
  return (
    <div className="first-steps">
      <h2>{inbox.firstStepsTitle}</h2>
      <ol>
        <li>
          <Link to={`${settings}/inboxes/new`}>{inbox.firstConnect}</Link>
          <p>{inbox.firstConnectWords}</p>
        </li>
        <li>
          {inbox.firstTry}
          <p>{inbox.firstTryWords}</p>
        </li>
        <li>
          {inbox.firstAnswer}
          <p>{inbox.firstAnswerWords}</p>
        </li>
        <li>
          <Link to={`${settings}/members`}>{inbox.firstInvite}</Link>
          <p>{inbox.firstInviteWords}</p>
        </li>
      </ol>
    </div>
  )
}
