/** The front door of keys: what the commands of `bin/desk keys` call. There are no routes and no loops. */
export { beginReindex, INDEX_WALKS, ONCE_ONLY_KEYS, reindex, reseal, rotate, type Walked } from './change.ts'
export { destroy, REPEATS_END_AFTER_MS, retire, type Retired } from './end.ts'
export { listKeys, type Listed } from './list.ts'
export { type KeysParts, type Workspace, workspacesNamed } from './workspaces.ts'
