/** Said once on a page whose controls this role does not have; the controls themselves are absent. */
import { Eye } from 'lucide-react'
import './view-only.css'

export function ViewOnly({ children }: { children: string }) {
  return (
    <p className="view-only">
      <Eye aria-hidden="true" />
      {children}
    </p>
  )
}
