/**
 * Asks before something that cannot be undone. The words name what will happen; the focus begins on the way back, so
 * that a stray Enter does no harm. A refusal is said inside and the dialog stays.
 */
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Banner } from './states.tsx'

interface Props {
  isOpen: boolean
  title: string
  children: ReactNode
  confirmLabel: string
  cancelLabel: string
  closeLabel: string
  /** Says a failure in the person's words. */
  sayFailure: (failure: unknown) => string
  onConfirm: () => Promise<void>
  onClose: () => void
  look?: 'danger' | 'primary'
}

export function ConfirmDialog(props: Props) {
  const { isOpen, title, children, confirmLabel, cancelLabel, closeLabel, onConfirm, onClose, look = 'danger' } = props
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isOpen) setFailure(null)
  }, [isOpen])
  const confirm = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      closeLabel={closeLabel}
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} look="quiet" onClick={onClose}>
            {cancelLabel}
          </Button>
          <Button look={look} isBusy={isBusy} onClick={confirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="confirm-words">{children}</div>
      {failure !== null && (
        <Banner tone="danger" role="alert" icon={<CircleAlert />}>
          {props.sayFailure(failure)}
        </Banner>
      )}
    </Dialog>
  )
}
