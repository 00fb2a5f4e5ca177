/**
 * `bin/desk member unlock`, `reset-link` and `remove-second-factor`: for somebody who cannot get in. Each is written into the
 * audit trail of each workspace the person belongs to, as done by an operator.
 */
import { endSecondFactorOf, makeResetLink, unlockUser } from '../features/identity/index.ts'
import { besideDesk } from './beside-desk.ts'
import type { Command, Voice } from './command.ts'

/** The one address a command takes, or null after saying so. */
function addressIn(args: readonly string[], voice: Voice): string | null {
  const [address] = args
  if (args.length === 1 && address?.includes('@')) return address
  voice.complain('Give one e-mail address.')
  return null
}

const NOBODY = 'No user has that e-mail address.'

export const memberUnlock: Command = {
  words: 'member unlock',
  takes: 'EMAIL',
  says: 'let somebody try again who is locked out after failed sign-ins',
  help:
    'Forgets the failed sign-ins of that address from every device and network, at once and for all processes.\n' +
    'The password stays as it is. Written into the audit trail of each workspace the person belongs to.\n' +
    'Exit code 0: done. 1: no user has that address.',
  async run(args, voice) {
    const address = addressIn(args, voice)
    if (address === null) return 2
    const isDone = await besideDesk(voice, (kernel) => unlockUser(kernel, address))
    if (isDone === null) voice.complain(NOBODY)
    else voice.say('Unlocked: the next sign-in is looked at again.')
    return isDone === null ? 1 : 0
  },
}

export const memberResetLink: Command = {
  words: 'member reset-link',
  takes: 'EMAIL',
  says: 'print a link that sets a new password; good once, for 60 minutes',
  help:
    'Hand the link over on a way you trust: whoever opens it sets the password. Using it ends every session of the\n' +
    'person and forgets failed sign-ins. Written into the audit trail of each workspace the person belongs to.\n' +
    'The link begins with ORIGIN_DESK: set PORT or ORIGIN_DESK as for the desk itself.\n' +
    'Exit code 0: the link is on standard output. 1: no user has that address.',
  async run(args, voice) {
    const address = addressIn(args, voice)
    if (address === null) return 2
    const made = await besideDesk(voice, (kernel) => makeResetLink(kernel, address))
    if (made === null) voice.complain(NOBODY)
    else voice.say(made.link)
    return made === null ? 1 : 0
  },
}

export const memberRemoveSecondFactor: Command = {
  words: 'member remove-second-factor',
  takes: 'EMAIL',
  says: 'let somebody in by password alone whose phone and recovery codes are gone',
  help:
    'Be sure that it is them who ask: from then on the password alone opens the desk. Ends every session of the person;\n' +
    'a workspace that asks for a second factor has them set up a new one first. Written into the audit trail of each\n' +
    'workspace the person belongs to.\n' +
    'Exit code 0: done, or there was none. 1: no user has that address.',
  async run(args, voice) {
    const address = addressIn(args, voice)
    if (address === null) return 2
    const removed = await besideDesk(voice, (kernel) => endSecondFactorOf(kernel, address))
    if (removed === null) voice.complain(NOBODY)
    else voice.say(removed ? 'Removed: the password alone opens again.' : 'There was no second factor.')
    return removed === null ? 1 : 0
  },
}
