/**
 * Recovery codes, shown this once: to copy, to save as a file, to print. They stand in no cache. One goes on only after
 * saying that they are stored.
 */
import { Download, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useText, useWords } from '../../app/preferences.tsx'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { CopyBlock } from '../../ui/copy.tsx'
import { Banner } from '../../ui/states.tsx'
import { secondFactorWords } from './words.ts'

export function RecoveryCodes({
  codes,
  email,
  onDone,
}: {
  codes: readonly string[]
  email: string
  onDone: () => void
}) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const [isStored, setStored] = useState(false)
  const download = () => {
    const file = new Blob([`${words.fileTitle(email)}\n\n${codes.join('\n')}\n`], { type: 'text/plain' })
    const link = Object.assign(document.createElement('a'), {
      href: URL.createObjectURL(file),
      download: words.fileName,
    })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 0)
  }
  return (
    <div className="settings-form">
      <Banner tone="warn" icon={<TriangleAlert />}>
        {words.codesWords}
      </Banner>
      <CopyBlock label={words.codesLabel} value={codes.join('\n')} words={text} />
      <div>
        <Button size="small" icon={<Download aria-hidden="true" />} onClick={download}>
          {words.download}
        </Button>
      </div>
      <Checkbox label={words.storedThem} checked={isStored} onChange={(event) => setStored(event.target.checked)} />
      <div className="form-actions">
        <Button look="primary" disabled={!isStored} onClick={onDone}>
          {words.done}
        </Button>
      </div>
    </div>
  )
}
