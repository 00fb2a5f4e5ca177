/** How far a message got, as a sign and a word: never by colour alone. */
import type { Message } from '@central-desk/contract/conversations.ts'
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from 'lucide-react'
import { useText } from '../../app/preferences.tsx'
import { classes } from '../../ui/classes.ts'

const SIGNS = {
  queued: Clock,
  sending: Clock,
  uncertain: CircleHelp,
  failed: CircleAlert,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
} as const

interface Props {
  delivery: NonNullable<Message['delivery']>
  isQuiet: boolean
}

export function DeliveryMark({ delivery, isQuiet }: Props) {
  const { state } = delivery
  const { inbox } = useText()
  const Sign = SIGNS[state]
  const words = isTriedAgain(delivery) ? inbox.stateWaiting : inbox.deliveries[state]
  return (
    <span className={classes('delivery', `delivery-${state}`)} title={words}>
      <Sign aria-hidden="true" />
      <span className={isQuiet ? 'visually-hidden' : undefined}>{words}</span>
    </span>
  )
}

/** It has not arrived yet; the server tries again by itself. */
export function isTriedAgain(delivery: Message['delivery']): boolean {
  return delivery?.state === 'queued' && delivery.attempts > 0
}
