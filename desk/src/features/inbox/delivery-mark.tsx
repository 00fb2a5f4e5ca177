/** How far a message got, as a sign and a word: never by colour alone. */
import type { DeliveryState } from '@central-desk/contract/conversations.ts'
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

export function DeliveryMark({ state, isQuiet }: { state: DeliveryState; isQuiet: boolean }) {
  const { inbox } = useText()
  const Sign = SIGNS[state]
  const words = inbox.deliveries[state]
  return (
    <span className={classes('delivery', `delivery-${state}`)} title={words}>
      <Sign aria-hidden="true" />
      <span className={isQuiet ? 'visually-hidden' : undefined}>{words}</span>
    </span>
  )
}
