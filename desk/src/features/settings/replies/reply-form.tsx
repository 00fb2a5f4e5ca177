/** The fields of a saved reply; variables are put in where the caret is, and a slip in one is said at once. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { REPLY_LANGUAGES, type SavedReply } from '@central-desk/contract/workspaces.ts'
import { TriangleAlert } from 'lucide-react'
import { useRef } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import type { Edits } from '../../../app/use-edits.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { SelectField, TextAreaField, TextField } from '../../../ui/field.tsx'
import { Banner } from '../../../ui/states.tsx'
import type { Form } from '../../../ui/use-form.ts'
import { VARIABLES, type Variable } from '../../inbox/model/variables.ts'
import { FormActions, FormFailure } from '../form-actions.tsx'
import { insertAt, strayVariables } from '../model/reply-preview.ts'
import { repliesWords } from '../words/replies.ts'
import type { ReplyFields } from './reply-page.tsx'

/** Somebody without a name is still greeted; a phone number has no stand-in. */
const NAMES: ReadonlySet<Variable> = new Set(['contact.name', 'contact.first_name'])

interface Props {
  form: Form
  edits: Edits<ReplyFields>
  isNew: boolean
}

export function ReplyForm({ form, edits, isNew }: Props) {
  const words = useWords(repliesWords)
  const text = useText()
  const { format } = useDesk()
  const area = useRef<HTMLTextAreaElement>(null)
  const { fields, set } = edits
  const error = (field: string) => fieldWords(form.failure, field, text, words.codes)
  const limit = format.number(LIMITS.savedReplyCharacters)
  const strays = strayVariables(fields.text)
  const putIn = (variable: Variable) => {
    const element = area.current
    const at = element ? [element.selectionStart, element.selectionEnd] : [fields.text.length, fields.text.length]
    const inserted = NAMES.has(variable) ? `{{${variable}|${words.fallback}}}` : `{{${variable}}}`
    const next = insertAt(fields.text, at[0] ?? 0, at[1] ?? 0, inserted)
    set({ text: next.text })
    requestAnimationFrame(() => {
      element?.focus()
      element?.setSelectionRange(next.caret, next.caret)
    })
  }
  return (
    <form ref={form.ref} className="reply-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <div className="reply-pair">
        <TextField
          label={words.shortcut}
          hint={words.shortcutHint}
          required
          autoCapitalize="off"
          spellCheck={false}
          maxLength={LIMITS.savedReplyShortcutCharacters}
          value={fields.shortcut}
          onChange={(event) => set({ shortcut: event.target.value.replace(/^\//, '') })}
          error={error('shortcut')}
        />
        <SelectField
          label={words.language}
          value={fields.language}
          options={REPLY_LANGUAGES.map((value) => ({ value, label: words.languages[value] }))}
          onChange={(event) => set({ language: event.target.value as SavedReply['language'] })}
          error={error('language')}
        />
      </div>
      <TextField
        label={words.title}
        hint={words.titleHint}
        required
        maxLength={LIMITS.nameCharacters}
        value={fields.title}
        onChange={(event) => set({ title: event.target.value })}
        error={error('title')}
      />
      <TextAreaField
        ref={area}
        label={words.text}
        hint={words.textHint(limit)}
        aside={<span className="numeric">{words.count(format.number([...fields.text].length), limit)}</span>}
        required
        rows={8}
        className="reply-text"
        value={fields.text}
        onChange={(event) => set({ text: event.target.value })}
        error={error('text')}
      />
      {strays.map((stray) => (
        <Banner key={stray} tone="warn" role="status" icon={<TriangleAlert />}>
          {words.stray(stray)}
        </Banner>
      ))}
      <VariableHelp onPick={putIn} />
      <FormActions form={form} edits={edits} isNew={isNew} />
    </form>
  )
}

function VariableHelp({ onPick }: { onPick: (variable: Variable) => void }) {
  const words = useWords(repliesWords)
  return (
    <div className="variables">
      <p className="field-label" id="variables-title">
        {words.variablesTitle}
      </p>
      <p className="field-hint">{words.variablesWords}</p>
      <ul aria-labelledby="variables-title" className="variables-list">
        {VARIABLES.map((variable) => (
          <li key={variable}>
            <button type="button" className="variable" data-tip={`{{${variable}}}`} onClick={() => onPick(variable)}>
              {words.variables[variable]}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
