/**
 * The mark in the list runs ahead of the address: it moves with the key, the address and the conversation follow when
 * there is time. It stays ahead only while the address is on its way to it; when one goes elsewhere by a link or by the
 * browser's buttons, the address is right again. Pure.
 */
export interface Ahead {
  /** Undefined: on the way back to the list alone. */
  id: string | undefined
  /** The key is being held: nothing is opened on the way. */
  isHeld: boolean
  /** Addresses that may still come by before the mark's own. */
  passing: readonly (string | undefined)[]
}

/** The mark goes on to `id`, from wherever mark and address are now. */
export function runAhead(
  now: Ahead | null,
  openId: string | undefined,
  id: string | undefined,
  isHeld: boolean,
): Ahead {
  const inFlight = now && isUnderWay(now, openId) ? [...now.passing, ...(now.isHeld ? [] : [now.id])] : []
  return { id, isHeld, passing: [...inFlight, openId] }
}

export function isUnderWay(ahead: Ahead, openId: string | undefined): boolean {
  return ahead.id !== openId && ahead.passing.includes(openId)
}

/** What is marked, and what is to be shown beside the list. */
export function placeOf(ahead: Ahead | null, openId: string | undefined) {
  const isAhead = ahead !== null && isUnderWay(ahead, openId)
  return { marked: isAhead ? ahead.id : openId, opening: isAhead && !ahead.isHeld ? ahead.id : openId }
}
