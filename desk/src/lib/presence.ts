/**
 * Whether somebody sits at the screen: a key or the pointer was used within the last minute. Calls say so to the server,
 * which ends sessions that nobody uses; a page that was left open polls and marks as read, and is nobody.
 */

const HERE_MS = 60_000

let usedAt_ms = Number.NEGATIVE_INFINITY

export function watchPerson(page: Pick<EventTarget, 'addEventListener'>): void {
  const used = () => {
    usedAt_ms = performance.now()
  }
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel']) {
    page.addEventListener(kind, used, { capture: true, passive: true })
  }
}

export function isPersonHere(now_ms = performance.now()): boolean {
  return now_ms - usedAt_ms < HERE_MS
}
