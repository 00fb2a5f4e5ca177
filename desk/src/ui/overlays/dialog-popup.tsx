/** Draws a dialog; focus moves in, stays in and goes back, all by Base UI. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { IconButton } from '../button.tsx'
import { classes } from '../classes.ts'
import type { DialogProps } from '../dialog.tsx'
import '../dialog.css'

export function DialogPopup(props: DialogProps) {
  const { isOpen, onClose, title, words, closeLabel, size = 'normal', actions, isDismissible = true, children } = props
  return (
    <CSPProvider disableStyleElements>
      <Base.Root
        open={isOpen}
        onOpenChange={(open) => !open && isDismissible && onClose()}
        disablePointerDismissal={!isDismissible}
      >
        <Base.Portal>
          <Base.Backdrop className="dialog-backdrop" />
          <Base.Viewport className="dialog-viewport">
            <Base.Popup
              className={classes('dialog', `dialog-${size}`, props.className)}
              initialFocus={props.initialFocus}
            >
              <header className={classes('dialog-head', props.hidesTitle && 'visually-hidden')}>
                <Base.Title className="dialog-title">{title}</Base.Title>
                {isDismissible && <IconButton label={closeLabel} icon={<X />} onClick={onClose} hasTooltip={false} />}
              </header>
              {words && <Base.Description className="dialog-words">{words}</Base.Description>}
              {children && <div className="dialog-body">{children}</div>}
              {actions && <footer className="dialog-actions">{actions}</footer>}
            </Base.Popup>
          </Base.Viewport>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  )
}
