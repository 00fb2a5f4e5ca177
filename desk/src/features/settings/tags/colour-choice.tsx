/** The seven tints of a tag as radio buttons; each says its name, and the chosen one carries a tick. */
import { TAG_COLOURS, type Tag } from '@central-desk/contract/workspaces.ts'
import { Check } from 'lucide-react'
import { useId } from 'react'
import { useWords } from '../../../app/preferences.tsx'
import { tagsWords } from '../words/tags.ts'
import '../../../ui/avatar.css'

interface Props {
  value: Tag['colour']
  onChange: (colour: Tag['colour']) => void
}

export function ColourChoice({ value, onChange }: Props) {
  const words = useWords(tagsWords)
  const name = useId()
  return (
    <fieldset className="colours">
      <legend className="field-label">{words.colour}</legend>
      <div className="colours-row">
        {TAG_COLOURS.map((colour) => (
          <label key={colour} className={`colour tint-${colour}`} title={words.colours[colour]}>
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              value={colour}
              checked={colour === value}
              onChange={() => onChange(colour)}
            />
            <span className="visually-hidden">{words.colours[colour]}</span>
            {colour === value && <Check aria-hidden="true" />}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
