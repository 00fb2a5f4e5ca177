/**
 * One tooltip for the whole page: it shows what `data-tip` says (and the key in `data-key`) of the element under the
 * pointer or with the keyboard focus. It can be hovered, goes with Escape, and is never the only place of a word: the
 * element carries the same label, so screen readers need not hear it twice. Written here because a list of a hundred icon buttons must stay light.
 */
import { useEffect, useRef, useState } from 'react'
import { Key } from './key.tsx'
import './tooltip.css'

const SHOWN_AFTER_MS = 450
const GAP_PX = 6
const EDGE_PX = 8

interface Shown {
  words: string
  shortcut: string | undefined
  rect: DOMRect
}

function tipOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
}

export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (element: HTMLElement) => {
      const words = element.dataset.tip
      if (words) setShown({ words, shortcut: element.dataset.key, rect: element.getBoundingClientRect() })
    }
    const hide = () => {
      clearTimeout(timer)
      setShown(null)
    }
    const onOver = (event: PointerEvent) => {
      if (event.pointerType === 'touch' || box.current?.contains(event.target as Node)) return
      const element = tipOf(event.target)
      clearTimeout(timer)
      if (element) timer = setTimeout(() => element.isConnected && show(element), SHOWN_AFTER_MS)
      else timer = setTimeout(hide, 80)
    }
    const onFocus = (event: FocusEvent) => {
      const element = tipOf(event.target)
      if (element?.matches(':focus-visible')) show(element)
    }
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide()
    document.addEventListener('pointerover', onOver)
    document.addEventListener('pointerdown', hide)
    document.addEventListener('focusin', onFocus)
    document.addEventListener('focusout', hide)
    document.addEventListener('keydown', onKey, true)
    document.addEventListener('scroll', hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', onOver)
      document.removeEventListener('pointerdown', hide)
      document.removeEventListener('focusin', onFocus)
      document.removeEventListener('focusout', hide)
      document.removeEventListener('keydown', onKey, true)
      document.removeEventListener('scroll', hide, true)
    }
  }, [])

  useEffect(() => {
    const element = box.current
    if (!shown || !element) return
    const { width, height } = element.getBoundingClientRect()
    const middle = shown.rect.left + shown.rect.width / 2 - width / 2
    const below = shown.rect.bottom + GAP_PX
    const fits = below + height + EDGE_PX <= window.innerHeight
    element.style.left = `${Math.max(EDGE_PX, Math.min(middle, window.innerWidth - width - EDGE_PX))}px`
    element.style.top = `${fits ? below : shown.rect.top - height - GAP_PX}px`
    element.dataset.placed = ''
  }, [shown])

  if (!shown) return null
  return (
    <div ref={box} key={shown.words} className="tooltip" aria-hidden="true">
      {shown.words}
      {shown.shortcut && <Key>{shown.shortcut}</Key>}
    </div>
  )
}
