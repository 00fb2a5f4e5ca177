/**
 * `bin/desk keys destroy`: makes everything of one workspace unreadable, for ever and for everybody. Asks for the address
 * of the workspace twice, since nothing takes it back. Its neighbours lose nothing.
 */
import { destroy, workspacesNamed } from '../features/keys/index.ts'
import { besideDesk } from './beside-desk.ts'
import type { Command } from './command.ts'

const REALLY = '--yes-really'

export const keysDestroy: Command = {
  words: 'keys destroy',
  takes: `WORKSPACE ${REALLY} ADDRESS`,
  says: 'destroy the keys of a workspace: nothing in it can be read again, by anybody',
  help:
    'WORKSPACE is its address (as in /w/shapla-crafts) or its id, ADDRESS its address once more. There is no way back:\n' +
    'messages, names, files and credentials stay sealed for ever, also in every backup of the database. Backups of the\n' +
    'key folder still hold the key: destroy them as well. A running desk forgets the keys within a minute.\n' +
    'Written into the audit trail of the workspace before it is done.\n' +
    'Exit code 0: done. 1: no workspace is called that, or its keys were destroyed before.',
  async run(args, voice) {
    const [name, really, address] = args
    if (args.length !== 3 || name === undefined || really !== REALLY) {
      voice.complain(`Give a workspace, and its address again: keys destroy shapla-crafts ${REALLY} shapla-crafts`)
      return 2
    }
    return besideDesk(voice, async (kernel) => {
      const [workspace] = await workspacesNamed(kernel, name)
      if (!workspace) {
        voice.complain(`No workspace is called ${name}.`)
        return 1
      }
      if (workspace.slug !== address) {
        voice.complain(`The address of that workspace is ${workspace.slug}, not ${address}: nothing was destroyed.`)
        return 2
      }
      if (!(await destroy(kernel, workspace))) {
        voice.complain(`${workspace.slug}: its keys were destroyed before.`)
        return 1
      }
      voice.say(`${workspace.slug}: the keys are destroyed. A running desk forgets them within a minute.`)
      return 0
    })
  },
}
