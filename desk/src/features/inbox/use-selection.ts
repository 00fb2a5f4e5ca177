/**
 * Which conversation is marked and which is shown. The mark answers a key at once; the conversation follows when there
 * is time, so that holding J stays smooth. Before something is done to a conversation the marked one is brought on the
 * screen: what is typed right behind J and R never reaches the conversation before.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { useCallback, useDeferredValue, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useCatchUp } from '../../app/commands/commands.tsx'
import { type Ahead, isUnderWay, placeOf, runAhead } from './model/ahead.ts'
import { afterLeaving, neighbour } from './model/list.ts'

/** Keys that follow each other faster than this are one held key. */
const HELD_WITHIN_MS = 110

export interface Selection {
  markedId: string | undefined
  shownId: string | undefined
  /** The same function at every render. */
  open: (id: string | undefined) => void
  /** To the neighbour; answers where that is, undefined when there is none. */
  walk: (step: 1 | -1) => string | undefined
  /** Where to go on when this conversation leaves the list. */
  after: (id: string, step: 1 | -1) => string | undefined
}

export function useSelection(
  rows: readonly ListedRow[],
  openId: string | undefined,
  go: (id: string | undefined) => void,
): Selection {
  const [ahead, setAhead] = useState<Ahead | null>(null)
  const [hurriedId, hurry] = useState<string | undefined>()
  const { marked, opening } = placeOf(ahead, openId)
  const deferredId = useDeferredValue(opening)
  const shownId = hurriedId === marked ? marked : deferredId
  const walkedAtMs = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // Where the marked conversation stands in the list, or stood before it left.
  const lastAt = useRef(0)
  const at = rows.findIndex((row) => row.id === marked)
  const latest = useRef({ ahead, openId, marked, go })
  // Only what is on the screen counts: a page that is still being drawn for the next address knows too much.
  useLayoutEffect(() => {
    latest.current = { ahead, openId, marked, go }
    if (at >= 0 || marked === undefined) lastAt.current = Math.max(0, at)
  })

  useEffect(() => {
    if (!ahead || isUnderWay(ahead, openId)) return
    clearTimeout(timer.current)
    setAhead(null)
  }, [ahead, openId])
  useCatchUp(() => {
    if (shownId !== latest.current.marked) flushSync(() => hurry(latest.current.marked))
  })

  const mark = useCallback((id: string | undefined, isHeld: boolean) => {
    const next = runAhead(latest.current.ahead, latest.current.openId, id, isHeld)
    latest.current = { ...latest.current, ahead: next, marked: id }
    setAhead(next)
  }, [])
  const open = useCallback(
    (id: string | undefined) => {
      clearTimeout(timer.current)
      mark(id, false)
      latest.current.go(id)
    },
    [mark],
  )
  const walk = (step: 1 | -1) => {
    const now = performance.now()
    const isHeld = now - walkedAtMs.current < HELD_WITHIN_MS
    const next = neighbour(rows, latest.current.marked, step, lastAt.current)
    if (!next || next.id === latest.current.marked) return undefined
    walkedAtMs.current = now
    clearTimeout(timer.current)
    if (isHeld) {
      mark(next.id, true)
      timer.current = setTimeout(() => open(next.id), HELD_WITHIN_MS)
    } else {
      open(next.id)
    }
    return next.id
  }
  return {
    markedId: marked,
    shownId,
    open,
    walk,
    after: (id, step) => afterLeaving(rows, id, step, lastAt.current)?.id,
  }
}
