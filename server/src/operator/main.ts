/**
 * The operator's command line, `bin/desk`. This table is all it can do; each command is a file of its own beside it.
 */
import { auditVerify } from './audit-verify.ts'
import { backupHome } from './backup/backup-home.ts'
import { restoreHome } from './backup/restore-home.ts'
import type { Command } from './command.ts'
import { configCheck } from './config-check.ts'
import { dispatch } from './dispatch.ts'
import { keysList, keysReindex, keysReseal, keysRetire, keysRotate } from './keys.ts'
import { keysDestroy } from './keys-destroy.ts'
import { memberRemoveSecondFactor, memberResetLink, memberUnlock } from './member.ts'
import { replay } from './replay.ts'

const KEYS = [keysList, keysRotate, keysReseal, keysReindex, keysRetire, keysDestroy]
const HOME = [backupHome, restoreHome]
const COMMANDS: readonly Command[] = [
  replay,
  memberUnlock,
  memberResetLink,
  memberRemoveSecondFactor,
  ...HOME,
  ...KEYS,
  auditVerify,
  configCheck,
]

process.exitCode = await dispatch(process.argv.slice(2), COMMANDS, {
  say: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
})
