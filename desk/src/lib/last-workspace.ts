/** The workspace that was open last on this machine, by its slug: where one begins the next time. */
const KEY = 'cd.workspace'

export function lastWorkspace(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function keepLastWorkspace(slug: string): void {
  try {
    localStorage.setItem(KEY, slug)
  } catch {
    // Storage is off: one begins in the first workspace.
  }
}
