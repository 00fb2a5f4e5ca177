/**
 * One line at the bottom left, away from the composer: what was done, with Undo where it can be undone. Spoken politely;
 * stays while hovered or focused; the newest replaces the one before. Errors stay until closed.
 */
import { X } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { IconButton } from './button.tsx'
import { Key } from './key.tsx'
import './toast.css'

export interface Toast {
  words: string
  tone?: 'plain' | 'danger'
  action?: { label: string; shortcut?: string; run: () => void }
}

interface Shown extends Toast {
  id: number
}

const TOAST_MS = 8_000
let current: Shown | null = null
let counter = 0
const listeners = new Set<() => void>()

function set(next: Shown | null): void {
  current = next
  for (const listener of listeners) listener()
}

/** Shows a toast; gives the function that takes it away. */
export function toast(next: Toast): () => void {
  const id = ++counter
  set({ ...next, id })
  return () => current?.id === id && set(null)
}

export function dismissToast(): void {
  set(null)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function ToastRegion({ label, closeLabel }: { label: string; closeLabel: string }) {
  const shown = useSyncExternalStore(subscribe, () => current)
  const isHeld = useRef(false)
  useEffect(() => {
    if (!shown || shown.tone === 'danger') return
    const timer = setInterval(() => {
      if (!isHeld.current) dismissToast()
    }, TOAST_MS)
    return () => clearInterval(timer)
  }, [shown])
  const hold = (held: boolean) => () => {
    isHeld.current = held
  }
  return (
    <section className="toast-region" aria-label={label}>
      <div role="status" aria-live={shown?.tone === 'danger' ? 'assertive' : 'polite'}>
        {shown && (
          // biome-ignore lint/a11y/noStaticElementInteractions: holding the toast open while it is read
          <div
            key={shown.id}
            className="toast"
            onMouseEnter={hold(true)}
            onMouseLeave={hold(false)}
            onFocus={hold(true)}
            onBlur={hold(false)}
          >
            <span className="toast-words">{shown.words}</span>
            {shown.action && (
              <button
                type="button"
                className="toast-action"
                onClick={() => {
                  const run = shown.action?.run
                  dismissToast()
                  run?.()
                }}
              >
                {shown.action.label}
                {shown.action.shortcut && <Key>{shown.action.shortcut}</Key>}
              </button>
            )}
            <IconButton label={closeLabel} icon={<X />} hasTooltip={false} onClick={dismissToast} />
          </div>
        )}
      </div>
    </section>
  )
}
