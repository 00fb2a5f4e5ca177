/**
 * Says new messages of the open conversation to screen readers: the name and the first words, at most one announcement
 * every three seconds; more than one in that time become a count. Nothing that was there before is spoken.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { useEffect, useRef, useState } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { useLive } from '../../app/live.tsx'
import { useText } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { contactName } from './names.ts'

const EVERY_MS = 3_000
const SPOKEN_CHARACTERS = 200

export function Speaker({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const { subscribe } = useLive()
  const [spoken, setSpoken] = useState('')
  const waiting = useRef<string[]>([])
  const name = contactName(row.contact)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const speak = () => {
      timer = undefined
      const words = waiting.current
      waiting.current = []
      if (words.length === 0) return
      setSpoken(words.length === 1 ? (words[0] ?? '') : inbox.spokenMany(format.number(words.length)))
      timer = setTimeout(speak, EVERY_MS)
    }
    const stop = subscribe((event) => {
      const { item } = event
      if (event.conversationId !== row.id || event.kind !== 'message.created') return
      if (item?.kind !== 'message' || item.direction !== 'in') return
      waiting.current.push(inbox.spoken(name, [...item.text].slice(0, SPOKEN_CHARACTERS).join('')))
      timer ??= setTimeout(speak, 0)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [subscribe, row.id, name, inbox, format])
  return (
    <p className="visually-hidden" aria-live="polite" lang={languageOf(spoken)}>
      {spoken}
    </p>
  )
}
