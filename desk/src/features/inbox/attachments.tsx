/**
 * Files of a message: images as pictures that keep their place while they load, everything else as a line with name and
 * size. Both live on another origin and open in a tab of their own; nothing of a file runs inside the desk.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { Download, FileText } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'])
const SHOWN_WIDTH_PX = 320
const SHOWN_HEIGHT_PX = 260

export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  if (attachments.length === 0) return null
  return (
    <ul className="files">
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          {IMAGE_TYPES.has(attachment.mediaType) ? <Picture image={attachment} /> : <FileLine file={attachment} />}
        </li>
      ))}
    </ul>
  )
}

function Picture({ image }: { image: Attachment }) {
  const { inbox } = useText()
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <FileLine file={image} />
  const width = image.width ?? SHOWN_WIDTH_PX
  const height = image.height ?? SHOWN_HEIGHT_PX
  const scale = Math.min(1, SHOWN_WIDTH_PX / width, SHOWN_HEIGHT_PX / height)
  return (
    <a
      href={image.url}
      target="_blank"
      rel="noreferrer noopener"
      className="picture"
      aria-label={inbox.openImage(image.fileName)}
    >
      <img
        src={image.url}
        alt=""
        width={Math.round(width * scale)}
        height={Math.round(height * scale)}
        loading="lazy"
        decoding="async"
        referrerPolicy="no-referrer"
        onError={() => setBroken(true)}
      />
    </a>
  )
}

function FileLine({ file }: { file: Attachment }) {
  const { inbox } = useText()
  const { format } = useDesk()
  return (
    <a href={file.url} target="_blank" rel="noreferrer noopener" className="file">
      <span className="visually-hidden">{inbox.download} </span>
      <FileText aria-hidden="true" />
      <span className="file-words">
        <span className="truncate">{file.fileName}</span>
        <span className="meta">{format.bytes(file.byteSize)}</span>
      </span>
      <Download aria-hidden="true" className="file-get" />
    </a>
  )
}
