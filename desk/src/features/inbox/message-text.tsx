/** The words of a message: as typed, line breaks kept, addresses as links that say where they lead. Never as markup. */
import { TriangleAlert } from 'lucide-react'
import { useText } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { linkify } from './model/linkify.ts'

export function MessageText({ text }: { text: string }) {
  const { inbox } = useText()
  if (text === '') return null
  let at = 0
  return (
    <p className="words" lang={languageOf(text)}>
      {linkify(text).map((piece) => {
        const key = at
        at += piece.text.length
        if (piece.kind !== 'link') {
          return (
            <span key={key} className={piece.kind === 'phone' ? 'words-whole' : undefined}>
              {piece.text}
            </span>
          )
        }
        return (
          <a
            key={key}
            href={piece.href}
            target="_blank"
            rel="noreferrer noopener nofollow"
            title={inbox.linkLeads(piece.host)}
          >
            {piece.text}
            {piece.isOdd && (
              <span className="words-odd">
                <TriangleAlert aria-hidden="true" />
                {piece.host}
              </span>
            )}
          </a>
        )
      })}
    </p>
  )
}
