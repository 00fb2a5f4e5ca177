/**
 * A signing secret, shown this once. The dialog closes only by its button, and the button waits until the person says
 * that the secret is stored. The secret stands in no cache and is gone with the dialog.
 */
import { TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useText, useWords } from '../../../app/preferences.tsx'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/choice.tsx'
import { CopyField } from '../../../ui/copy.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Banner } from '../../../ui/states.tsx'
import { frameWords } from '../words/frame.ts'
import { inboxesWords } from '../words/inboxes.ts'

interface Props {
  /** null while there is nothing to show. */
  secret: string | null
  /** A sentence more, such as how long the one before it is good. */
  words?: string | undefined
  onDone: () => void
}

export function SecretDialog({ secret, words: more, onDone }: Props) {
  const words = useWords(inboxesWords)
  const { storedIt, done } = useWords(frameWords)
  const text = useText()
  const [isStored, setStored] = useState(false)
  useEffect(() => {
    if (secret !== null) setStored(false)
  }, [secret])
  return (
    <Dialog
      isOpen={secret !== null}
      onClose={onDone}
      title={words.secretTitle}
      closeLabel={text.closeDialog}
      isDismissible={false}
      actions={
        <Button look="primary" disabled={!isStored} onClick={onDone}>
          {done}
        </Button>
      }
    >
      <div className="settings-form">
        <Banner tone="warn" icon={<TriangleAlert />}>
          {words.secretOnce}
        </Banner>
        <CopyField label={words.secretLabel} value={secret ?? ''} words={text} {...(more ? { hint: more } : {})} />
        <Checkbox label={storedIt} checked={isStored} onChange={(event) => setStored(event.target.checked)} />
      </div>
    </Dialog>
  )
}
