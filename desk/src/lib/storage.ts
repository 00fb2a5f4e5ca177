/**
 * The only door to storage in the browser. What customers and agents wrote is kept under the person's id (`cd.u.…`),
 * holds drafts and unsent messages only, never on a shared computer, and is wiped at sign-out. Never throws.
 */
const PERSONAL = 'cd.u.'
const SHARED_FLAG = 'cd.shared'

/** On a shared computer personal things live in this page's memory alone. */
const memory = new Map<string, string>()

export function isSharedComputer(): boolean {
  try {
    return localStorage.getItem(SHARED_FLAG) === '1'
  } catch {
    return true
  }
}

/**
 * Said at sign-in. What another person left behind goes; one's own drafts stay, because a session that ran out must not
 * cost a draft. On a shared computer nothing stays.
 */
export function markShared(shared: boolean, userId: string): void {
  wipePersonal(shared ? undefined : userId)
  try {
    if (shared) localStorage.setItem(SHARED_FLAG, '1')
    else localStorage.removeItem(SHARED_FLAG)
  } catch {
    // Storage is off: everything stays in memory, as on a shared computer.
  }
}

const keyOf = (userId: string, name: string) => `${PERSONAL}${userId}.${name}`

export function readPersonal(userId: string, name: string): string | null {
  const key = keyOf(userId, name)
  if (isSharedComputer()) return memory.get(key) ?? null
  try {
    return localStorage.getItem(key)
  } catch {
    return memory.get(key) ?? null
  }
}

/** Keeps or, with null, removes. */
export function writePersonal(userId: string, name: string, value: string | null): void {
  const key = keyOf(userId, name)
  if (value === null) memory.delete(key)
  else memory.set(key, value)
  if (isSharedComputer()) return
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Full: the copy in memory lasts as long as the page, and the server keeps drafts too.
  }
}

/** The names below a prefix that this person has kept. */
export function personalNames(userId: string, prefix: string): string[] {
  const start = keyOf(userId, prefix)
  const names = new Set<string>()
  const add = (key: string) => key.startsWith(start) && names.add(key.slice(keyOf(userId, '').length))
  for (const key of memory.keys()) add(key)
  if (!isSharedComputer()) {
    try {
      for (let index = 0; index < localStorage.length; index++) add(localStorage.key(index) ?? '')
    } catch {
      // Memory is all there is.
    }
  }
  return [...names]
}

/** What was written in workspaces one no longer belongs to goes from this machine. */
export function dropLeft(userId: string, workspaceIds: ReadonlySet<string>): void {
  for (const name of personalNames(userId, '')) {
    const workspaceId = workspaceOf(readPersonal(userId, name))
    if (workspaceId !== null && !workspaceIds.has(workspaceId)) writePersonal(userId, name, null)
  }
}

/** Drafts and unsent messages say where they were written. */
function workspaceOf(kept: string | null): string | null {
  try {
    const { workspaceId } = Object(JSON.parse(kept ?? 'null'))
    return typeof workspaceId === 'string' ? workspaceId : null
  } catch {
    return null
  }
}

/** Sign-out: nothing anybody wrote stays on this machine (but for `keptUserId`, at sign-in). */
export function wipePersonal(keptUserId?: string): void {
  if (keptUserId === undefined) memory.clear()
  try {
    const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '')
    const isKept = (key: string) => keptUserId !== undefined && key.startsWith(keyOf(keptUserId, ''))
    for (const key of keys) if (key.startsWith(PERSONAL) && !isKept(key)) localStorage.removeItem(key)
  } catch {
    // Nothing was kept where nothing can be kept.
  }
}
