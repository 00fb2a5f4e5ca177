/** Beside the list while nothing is open: what to do, and the keys that do it. */
import { MessagesSquare } from 'lucide-react'
import { useText } from '../../app/preferences.tsx'
import { EmptyState } from '../../ui/states.tsx'

export function EmptyPane() {
  const { inbox } = useText()
  return (
    <section className="empty-pane" aria-label={inbox.conversation}>
      <EmptyState icon={<MessagesSquare />} title={inbox.chooseTitle} words={inbox.chooseWords} />
    </section>
  )
}
