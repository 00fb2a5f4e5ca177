/** Every key on one sheet, by what one is doing. */
import { DialogPopup } from '../../ui/overlays/index.ts'
import { useText } from '../preferences.tsx'
import { ShortcutList } from './shortcut-list.tsx'

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const text = useText()
  return (
    <DialogPopup
      isOpen
      onClose={onClose}
      title={text.commands.sheetTitle}
      words={text.commands.sheetWords}
      closeLabel={text.closeDialog}
      size="large"
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a small screen it scrolls, and the keys must reach it */}
      <section tabIndex={0} aria-label={text.commands.sheetTitle}>
        <ShortcutList />
      </section>
    </DialogPopup>
  )
}
