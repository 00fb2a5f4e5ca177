/** A colour by its number or by the system's own picker, with what its contrast means, said in words and figures. */
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useWords } from '../../../app/preferences.tsx'
import { checkColour, readColour } from '../model/colour.ts'
import { webchatWords } from '../words/channels.ts'

interface Props {
  value: string
  onChange: (value: string) => void
  error: string | null
}

export function ColourField({ value, onChange, error }: Props) {
  const words = useWords(webchatWords)
  const id = useId()
  const colour = readColour(value)
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {words.colour}
      </label>
      <div className="colour-line">
        <input
          type="color"
          className="colour-picker"
          aria-label={words.colourPick}
          value={colour ?? '#000000'}
          onChange={(event) => onChange(event.target.value)}
        />
        <input
          id={id}
          className="input colour-code"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={9}
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-hint ${id}-check`}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {error && (
        <p className="field-error">
          <CircleAlert aria-hidden="true" />
          {error}
        </p>
      )}
      <p id={`${id}-hint`} className="field-hint">
        {words.colourHint}
      </p>
      <div id={`${id}-check`} role="status" className="colour-checks">
        {colour && <Checks colour={colour} />}
      </div>
    </div>
  )
}

function Checks({ colour }: { colour: string }) {
  const words = useWords(webchatWords)
  const { format } = useDesk()
  const check = checkColour(colour)
  // Rounded down: nothing is said to reach what it does not.
  const ratio = (contrast: number) => `${format.number(Math.floor(contrast * 10) / 10)}:${format.number(1)}`
  const ink = ratio(check.inkContrast)
  const page = ratio(check.pageContrast)
  const inkName = check.ink === '#ffffff' ? words.inkWhite : words.inkBlack
  return (
    <>
      <Line isGood={check.isReadable}>
        {inkName} {check.isReadable ? words.inkGood(ink) : words.inkBad(ink)}
      </Line>
      <Line isGood={check.standsOut}>{check.standsOut ? words.pageGood(page) : words.pageBad(page)}</Line>
    </>
  )
}

function Line({ isGood, children }: { isGood: boolean; children: ReactNode }) {
  return (
    <p className={isGood ? 'colour-good' : 'colour-bad'}>
      {isGood ? <CircleCheck aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
      <span>{children}</span>
    </p>
  )
}
