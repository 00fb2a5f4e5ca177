/** Where the reply to a blocked contact would be written: what the block means, and the way to take it back. */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { Ban } from 'lucide-react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { Button } from '../../ui/button.tsx'
import { Banner } from '../../ui/states.tsx'
import { useBlock } from '../contacts/use-block.ts'
import { contactName } from './names.ts'

export function BlockedNotice({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { may } = useDesk()
  const block = useBlock()
  const name = contactName(row.contact)
  return (
    <Banner
      tone="warn"
      icon={<Ban aria-hidden="true" />}
      action={
        may('contact.block') && (
          <Button size="small" onClick={() => block({ id: row.contact.id, name }, false)}>
            {inbox.unblock}
          </Button>
        )
      }
    >
      {inbox.blockedWords(name)}
    </Banner>
  )
}
