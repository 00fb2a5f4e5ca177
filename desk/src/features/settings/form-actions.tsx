/** The end of a form: save, and what says that something is not saved yet, with the way to throw it away. */
import { CircleAlert } from 'lucide-react'
import { useText, useWords } from '../../app/preferences.tsx'
import type { Edits } from '../../app/use-edits.ts'
import { wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { Banner } from '../../ui/states.tsx'
import type { Form } from '../../ui/use-form.ts'
import { frameWords } from './words/frame.ts'
import './form-actions.css'

interface Props {
  form: Form
  edits: Pick<Edits<object>, 'isChanged' | 'discard'>
  /** Nothing is there yet: saving makes it. */
  isNew?: boolean
}

export function FormActions({ form, edits, isNew = false }: Props) {
  const text = useText()
  const words = useWords(frameWords)
  const discard = () => {
    edits.discard()
    form.setFailure(null)
  }
  return (
    <div className="form-actions">
      <Button look={edits.isChanged || isNew ? 'primary' : 'plain'} type="submit" isBusy={form.isBusy}>
        {text.save}
      </Button>
      {edits.isChanged && (
        <Button look="quiet" onClick={discard}>
          {words.discard}
        </Button>
      )}
      <span role="status" className="form-actions-state">
        {edits.isChanged ? words.unsaved : ''}
      </span>
    </div>
  )
}

/** A failure that belongs to no field; those of fields stand beside them. */
export function FormFailure({ failure }: { failure: unknown }) {
  const text = useText()
  if (failure === null || (failure instanceof Refusal && failure.fields.length > 0)) return null
  return (
    <Banner tone="danger" role="alert" icon={<CircleAlert />}>
      {wordsOf(failure, text)}
    </Banner>
  )
}
