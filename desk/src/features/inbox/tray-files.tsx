/** The files that will go with the message: picture or sign, name, how far they are, a way out of each state. */
import { FileText, RotateCw, X } from 'lucide-react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { IconButton } from '../../ui/button.tsx'
import type { TrayFile, useTray } from './tray.ts'

export function TrayFiles({ tray }: { tray: ReturnType<typeof useTray> }) {
  if (tray.files.length === 0) return null
  return (
    <ul className="tray">
      {tray.files.map((file) => (
        <TrayLine
          key={file.key}
          file={file}
          onRemove={() => tray.remove(file.key)}
          onAgain={() => tray.again(file.key)}
        />
      ))}
    </ul>
  )
}

function TrayLine({ file, onRemove, onAgain }: { file: TrayFile; onRemove: () => void; onAgain: () => void }) {
  const { inbox, problems } = useText()
  const { format } = useDesk()
  const percent = Math.round(file.progress * 100)
  const state =
    file.state === 'failed'
      ? file.isProgram
        ? problems.program_file
        : inbox.uploadFailed
      : file.state === 'uploading'
        ? inbox.uploading(format.number(percent))
        : format.bytes(file.byteSize)
  return (
    <li className="tray-file" data-state={file.state}>
      {file.previewUrl ? (
        <img src={file.previewUrl} alt="" className="tray-picture" />
      ) : (
        <FileText aria-hidden="true" className="tray-sign" />
      )}
      <span className="file-words">
        <span className="truncate">{file.name}</span>
        <span className="meta">{state}</span>
      </span>
      {file.state === 'uploading' && (
        <progress className="tray-progress" value={file.progress} max={1} aria-label={file.name} />
      )}
      {file.state === 'failed' && !file.isProgram && (
        <IconButton label={inbox.uploadAgain} icon={<RotateCw />} onClick={onAgain} />
      )}
      <IconButton label={inbox.removeFile(file.name)} icon={<X />} onClick={onRemove} />
    </li>
  )
}
