/** The inbox: list, conversation, contact. */
import { useText } from '../../app/preferences.tsx'

export function InboxPage() {
  const { shell } = useText()
  return <h1>{shell.inbox}</h1>
}
