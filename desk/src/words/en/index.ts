/** The English catalogue: the one whose keys every other language must have. */
import { common } from './common.ts'
import { commands, inbox } from './inbox.ts'
import { shell } from './shell.ts'

export const english = { ...common, shell, inbox, commands }
export type English = typeof english
