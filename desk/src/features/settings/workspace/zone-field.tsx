/** A list of time zones, those of the region first; says what time it is in the chosen one. */
import { useId, useMemo } from 'react'
import { useFormat, useWords } from '../../../app/preferences.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { type Zone, zonesFor } from '../model/time-zones.ts'
import { workspaceWords } from '../words/workspace.ts'
import '../../../ui/field.css'

interface Props {
  value: string
  onChange: (value: string) => void
  error: string | null
}

export function ZoneField({ value, onChange, error }: Props) {
  const words = useWords(workspaceWords)
  const id = useId()
  const now = useNow()
  const { time } = useFormat(value)
  const zones = useMemo(() => zonesFor(value, now), [value, now])
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {words.zone}
      </label>
      <select
        id={id}
        className="input input-select"
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      >
        <Group label={words.zonePreferred} zones={zones.near} />
        <Group label={words.zoneAll} zones={zones.all} />
      </select>
      <p id={`${id}-hint`} className={error ? 'field-error' : 'field-hint'}>
        {error ?? words.zoneHint(time(now))}
      </p>
    </div>
  )
}

function Group({ label, zones }: { label: string; zones: readonly Zone[] }) {
  return (
    <optgroup label={label}>
      {zones.map((zone) => (
        <option key={zone.value} value={zone.value}>
          {zone.label}
        </option>
      ))}
    </optgroup>
  )
}
