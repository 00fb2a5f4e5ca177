/** The Bangla catalogue, loaded only for people who read Bangla. */
import type { Catalogue } from '../../lib/i18n.ts'
import type { English } from '../en/index.ts'
import { common } from './common.ts'
import { commands, inbox } from './inbox.ts'
import { shell } from './shell.ts'

export const bangla: Catalogue<English> = { ...common, shell, inbox, commands }
