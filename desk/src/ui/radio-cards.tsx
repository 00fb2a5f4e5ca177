/**
 * One of a few, each with a picture or an icon and a sentence: native radio inputs in a group, so arrow keys, forms and
 * screen readers work by themselves. For more than five choices use a list.
 */
import { type ReactNode, useId } from 'react'
import { classes } from './classes.ts'
import './radio-cards.css'

export interface RadioCard<V extends string> {
  value: V
  label: string
  /** One line that says what the choice means. */
  words?: string
  art?: ReactNode
  lang?: string
}

interface Props<V extends string> {
  legend: string
  hidesLegend?: boolean
  /** `rows` stand below each other, `columns` beside each other where there is room. */
  layout?: 'columns' | 'rows'
  value: V
  onChange: (value: V) => void
  cards: readonly RadioCard<V>[]
}

export function RadioCards<V extends string>(props: Props<V>) {
  const { legend, hidesLegend, layout = 'columns', value, onChange, cards } = props
  const name = useId()
  return (
    <fieldset className="radio-cards">
      <legend className={classes('radio-cards-legend', hidesLegend && 'visually-hidden')}>{legend}</legend>
      <div className={`radio-cards-${layout}`}>
        {cards.map((card) => (
          <Card key={card.value} card={card} name={name} isChosen={card.value === value} onChoose={onChange} />
        ))}
      </div>
    </fieldset>
  )
}

interface CardProps<V extends string> {
  card: RadioCard<V>
  name: string
  isChosen: boolean
  onChoose: (value: V) => void
}

function Card<V extends string>({ card, name, isChosen, onChoose }: CardProps<V>) {
  const wordsId = useId()
  return (
    <label className="radio-card">
      {card.art && <span className="radio-card-art">{card.art}</span>}
      <input
        type="radio"
        className="choice-input"
        name={name}
        value={card.value}
        checked={isChosen}
        aria-describedby={card.words ? wordsId : undefined}
        onChange={() => onChoose(card.value)}
      />
      <span className="radio-card-words">
        <span className="radio-card-label" lang={card.lang}>
          {card.label}
        </span>
        {card.words && (
          <span id={wordsId} className="radio-card-hint" aria-hidden="true">
            {card.words}
          </span>
        )}
      </span>
    </label>
  )
}
