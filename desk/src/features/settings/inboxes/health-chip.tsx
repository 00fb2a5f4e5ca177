/** One word for how an inbox does, with an icon of its own shape: colour alone says nothing. */
import { CircleCheck, CircleDashed, type LucideIcon, Power, PowerOff, TriangleAlert } from 'lucide-react'
import { useWords } from '../../../app/preferences.tsx'
import { Chip, type Tint } from '../../../ui/chip.tsx'
import type { HealthState } from '../model/health.ts'
import { inboxesWords } from '../words/inboxes.ts'

const LOOKS: Record<HealthState, { icon: LucideIcon; tint: Tint }> = {
  off: { icon: PowerOff, tint: 'grey' },
  untried: { icon: CircleDashed, tint: 'blue' },
  on: { icon: Power, tint: 'teal' },
  good: { icon: CircleCheck, tint: 'green' },
  attention: { icon: TriangleAlert, tint: 'amber' },
}

export function HealthChip({ state }: { state: HealthState }) {
  const words = useWords(inboxesWords)
  const { icon: Icon, tint } = LOOKS[state]
  return (
    <Chip tint={tint} icon={<Icon aria-hidden="true" />}>
      {words.states[state]}
    </Chip>
  )
}
