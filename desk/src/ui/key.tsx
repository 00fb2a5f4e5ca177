/** A key cap, decoration beside words that already say the action. */
import './key.css'

export function Key({ children }: { children: string }) {
  return (
    <span className="key" aria-hidden="true">
      {children}
    </span>
  )
}
