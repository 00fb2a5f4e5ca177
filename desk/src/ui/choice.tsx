/** Checkbox and switch with their words: native inputs, so that forms, keys and readers work without script. */
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import './choice.css'

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  label: ReactNode
  hint?: ReactNode
}

export function Checkbox({ label, hint, ...rest }: Props) {
  return <Choice type="checkbox" kind="checkbox" label={label} hint={hint} {...rest} />
}

export function Switch({ label, hint, ...rest }: Props) {
  return <Choice type="checkbox" role="switch" kind="switch" label={label} hint={hint} {...rest} />
}

/** One of several: give all of a group the same `name`. */
export function Radio({ label, hint, ...rest }: Props) {
  return <Choice type="radio" kind="radio" label={label} hint={hint} {...rest} />
}

function Choice({ label, hint, kind, ...rest }: Props & { type: string; kind: string }) {
  const hintId = useId()
  return (
    <div className={`choice choice-${kind}`}>
      <label className="choice-label">
        <input {...rest} className="choice-input" aria-describedby={hint ? hintId : undefined} />
        <span>{label}</span>
      </label>
      {hint && (
        <p id={hintId} className="choice-hint">
          {hint}
        </p>
      )}
    </div>
  )
}
