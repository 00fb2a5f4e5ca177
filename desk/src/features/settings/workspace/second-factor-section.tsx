/** Whether the workspace asks its members for a second factor, from when, and how many have none yet. */
import { updateWorkspace, type Workspace } from '@central-desk/contract/workspaces.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { cacheKeys, useDesk, useMembers } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { Section } from '../../../ui/page.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { Banner } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useNow } from '../../inbox/use-now.ts'
import { secondFactorWords } from '../../second-factor/words.ts'
import { FormFailure } from '../form-actions.tsx'

const DAY_MS = 24 * 3_600_000
const DAYS = { now: 0, week: 7, month: 30 } as const
type Choice = 'off' | 'kept' | keyof typeof DAYS

export function SecondFactorSection({ saved }: { saved: Workspace }) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const { workspaceId, format, may } = useDesk()
  const { query } = useMembers()
  const queries = useQueryClient()
  const now = useNow()
  const from = saved.secondFactorFrom ? new Date(saved.secondFactorFrom) : null
  const [choice, setChoice] = useState<Choice>(from ? 'kept' : 'off')
  const form = useForm(async () => {
    const secondFactorFrom = choice === 'off' ? null : new Date(Date.now() + DAYS[choice as keyof typeof DAYS] * DAY_MS)
    const body = { secondFactorFrom: secondFactorFrom?.toISOString() ?? null }
    queries.setQueryData(
      cacheKeys.workspace(workspaceId),
      await call(updateWorkspace, { params: { workspaceId }, body }),
    )
    setChoice(secondFactorFrom ? 'kept' : 'off')
    toast({ words: words.ruleSaved })
  })
  const missing = query.data?.filter(({ hasSecondFactor }) => !hasSecondFactor).length ?? null
  const kept = from && {
    value: 'kept' as const,
    label: from <= now ? words.ruleFrom(format.full(from)) : words.ruleDue(format.full(from)),
    words: from <= now ? words.ruleNowWords : words.ruleLaterWords,
  }
  const cards = [
    { value: 'off' as const, label: words.ruleOff, words: words.ruleOffWords },
    ...(kept ? [kept] : []),
    ...(from && from <= now ? [] : [{ value: 'now' as const, label: words.ruleNow, words: words.ruleNowWords }]),
    { value: 'week' as const, label: words.ruleWeek, words: words.ruleLaterWords },
    { value: 'month' as const, label: words.ruleMonth, words: words.ruleLaterWords },
  ]
  const isChanged = choice !== (from ? 'kept' : 'off')
  const own = { own_second_factor_first: words.ruleOwn }
  const refused = fieldWords(form.failure, 'secondFactorFrom', text, own)
  if (!may('workspace.update')) return null
  return (
    <Section title={words.rule} words={words.ruleWords}>
      <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
        <FormFailure failure={form.failure} />
        {refused && (
          <Banner tone="danger" role="alert">
            {refused}
          </Banner>
        )}
        <RadioCards legend={words.rule} hidesLegend layout="rows" value={choice} onChange={setChoice} cards={cards} />
        {missing !== null && <p className="field-hint">{words.ruleMissing(missing, format.number(missing))}</p>}
        <div className="form-actions">
          <Button look={isChanged ? 'primary' : 'plain'} type="submit" disabled={!isChanged} isBusy={form.isBusy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Section>
  )
}
