/**
 * A labelled field with its hint and its error beside it. The error is tied to the field for screen readers, so a form
 * can focus the first field that has one. Pasting and password managers are always allowed.
 */
import { CircleAlert } from 'lucide-react'
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { classes } from './classes.ts'
import './field.css'

interface Frame {
  label: string
  hint?: ReactNode
  error?: string | null | undefined
  /** The label is read but not seen. */
  hidesLabel?: boolean
  /** Something at the end of the label line, such as a link or a counter. */
  aside?: ReactNode
}

interface FrameProps extends Frame {
  id: string
  children: ReactNode
}

function FieldFrame({ id, label, hint, error, hidesLabel, aside, children }: FrameProps) {
  return (
    <div className={classes('field', error && 'field-wrong')}>
      <div className={classes('field-top', hidesLabel && 'visually-hidden')}>
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        {aside && <span className="field-aside">{aside}</span>}
      </div>
      {children}
      {error && (
        <p id={`${id}-error`} className="field-error">
          <CircleAlert aria-hidden="true" />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  )
}

function described(id: string, { error, hint }: Frame): string | undefined {
  const ids = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean)
  return ids.length > 0 ? ids.join(' ') : undefined
}

export type TextFieldProps = Frame &
  InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement>; end?: ReactNode }

export function TextField({ label, hint, error, hidesLabel, aside, end, ...rest }: TextFieldProps) {
  const own = useId()
  const id = rest.id ?? own
  const frame = { label, hint, error, hidesLabel, aside }
  return (
    <FieldFrame id={id} {...frame}>
      <span className="field-box">
        <input
          autoComplete="off"
          {...rest}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described(id, frame)}
          className="input"
        />
        {end}
      </span>
    </FieldFrame>
  )
}

export type TextAreaFieldProps = Frame &
  TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }

export function TextAreaField({ label, hint, error, hidesLabel, aside, ...rest }: TextAreaFieldProps) {
  const own = useId()
  const id = rest.id ?? own
  const frame = { label, hint, error, hidesLabel, aside }
  return (
    <FieldFrame id={id} {...frame}>
      <textarea
        rows={4}
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, frame)}
        className={classes('input', 'input-area', rest.className)}
      />
    </FieldFrame>
  )
}

export type SelectFieldProps = Frame &
  SelectHTMLAttributes<HTMLSelectElement> & {
    ref?: Ref<HTMLSelectElement>
    options: readonly { value: string; label: string; isDisabled?: boolean }[]
  }

/** The platform's own list: fast, right on a phone, and it needs no script. */
export function SelectField({ label, hint, error, hidesLabel, aside, options, ...rest }: SelectFieldProps) {
  const own = useId()
  const id = rest.id ?? own
  const frame = { label, hint, error, hidesLabel, aside }
  return (
    <FieldFrame id={id} {...frame}>
      <select
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, frame)}
        className="input input-select"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.isDisabled}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}
