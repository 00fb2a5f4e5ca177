/** Name and colour of a tag, with the tag as it will look. Makes a new one or changes one. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Tag } from '@central-desk/contract/workspaces.ts'
import { type ReactNode, useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { fieldWords } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { Chip } from '../../../ui/chip.tsx'
import { TextField } from '../../../ui/field.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormFailure } from '../form-actions.tsx'
import { tagsWords } from '../words/tags.ts'
import { ColourChoice } from './colour-choice.tsx'

export type TagFields = Pick<Tag, 'name' | 'colour'>

interface Props {
  saved: TagFields
  saveLabel: string
  onSave: (fields: TagFields) => Promise<void>
  /** Another way out, beside saving. */
  aside?: ReactNode
  focusesFirst?: boolean
}

export function TagForm({ saved, saveLabel, onSave, aside, focusesFirst }: Props) {
  const words = useWords(tagsWords)
  const text = useText()
  const { format } = useDesk()
  const [fields, setFields] = useState<TagFields>(saved)
  const form = useForm(async () => {
    await onSave(fields)
    setFields(saved)
  })
  return (
    <form ref={form.ref} className="tag-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <div className="tag-form-fields">
        <TextField
          label={words.name}
          required
          autoFocus={focusesFirst}
          maxLength={LIMITS.tagCharacters}
          value={fields.name}
          onChange={(event) => setFields((now) => ({ ...now, name: event.target.value }))}
          hint={words.nameHint(format.number(LIMITS.tagCharacters))}
          error={fieldWords(form.failure, 'name', text, words.codes)}
        />
        <ColourChoice value={fields.colour} onChange={(colour) => setFields((now) => ({ ...now, colour }))} />
      </div>
      <div className="form-actions">
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {saveLabel}
        </Button>
        {aside}
        {fields.name.trim() !== '' && (
          <span className="tag-form-preview" aria-hidden="true">
            <Chip tint={fields.colour}>{fields.name.trim()}</Chip>
          </span>
        )}
      </div>
    </form>
  )
}
