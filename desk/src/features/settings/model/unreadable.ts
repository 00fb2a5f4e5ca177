/** Why an event could not be read, as it is kept: a code, and after a colon the place in it (`wrong_shape: from.id`). Pure. */
export function readReason(reason: string): { code: string; field: string | null } {
  const at = reason.indexOf(':')
  if (at < 0) return { code: reason.trim(), field: null }
  return { code: reason.slice(0, at).trim(), field: reason.slice(at + 1).trim() || null }
}
