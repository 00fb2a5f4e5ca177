/**
 * A modal dialog: for what cannot be undone, for forms and for the shortcut sheet. Focus moves in, stays in, and goes
 * back to where it was. Everything undoable uses a toast with Undo instead. Drawn by a chunk that comes when idle.
 */
import { type ReactNode, type RefObject, Suspense, useEffect, useState } from 'react'
import { DialogPopup } from './overlays.ts'

export interface DialogProps {
  isOpen: boolean
  onClose: () => void
  title: string
  hidesTitle?: boolean
  /** A sentence under the title. */
  words?: ReactNode
  closeLabel: string
  size?: 'small' | 'normal' | 'large'
  className?: string
  /** Buttons, in a row at the end. */
  actions?: ReactNode
  /** False: only a button closes it (a session that ended, a secret shown once). */
  isDismissible?: boolean
  initialFocus?: RefObject<HTMLElement | null>
  children?: ReactNode
}

export function Dialog(props: DialogProps) {
  const [wasOpened, setOpened] = useState(props.isOpen)
  useEffect(() => {
    if (props.isOpen) setOpened(true)
  }, [props.isOpen])
  if (!wasOpened) return null
  return (
    <Suspense>
      <DialogPopup {...props} />
    </Suspense>
  )
}
