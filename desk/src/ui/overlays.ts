/**
 * Menus, pickers and dialogs are drawn by a chunk of their own, because nobody sees one before the first click. It is
 * fetched when the page is idle, so that a click never waits; a click that comes first fetches it itself.
 */
import { lazy } from 'react'

const load = () => import('./overlays/index.ts')

export const MenuPopup = lazy(() => load().then((m) => ({ default: m.MenuPopup })))
export const PickerPopup = lazy(() => load().then((m) => ({ default: m.PickerPopup })))
export const DialogPopup = lazy(() => load().then((m) => ({ default: m.DialogPopup })))

export function preloadOverlays(): void {
  const start = () => load().catch(() => {})
  if ('requestIdleCallback' in window) window.requestIdleCallback(start, { timeout: 2_000 })
  else setTimeout(start, 500)
}
