/**
 * `bin/desk replay`: takes an event that was kept and could not be read into the queue again, after a fix. Written into
 * the audit trail of its workspace, as done by an operator.
 */
import { decodeId } from '@central-desk/contract/ids.ts'
import { replayAsOperator } from '../features/inboxes/index.ts'
import { besideDesk } from './beside-desk.ts'
import type { Command } from './command.ts'

export const replay: Command = {
  words: 'replay',
  takes: 'EVENT',
  says: 'take an event that could not be read into the queue again',
  help:
    'EVENT is the id that the inbox shows beside the reason, such as ie_01jw2v6mkyh8x9d4s3t5b7n0qp. The event is read\n' +
    'anew by a running desk within a second, else when one starts; if it still cannot be read it is set apart again.\n' +
    'Written into the audit trail of its workspace.\n' +
    'Exit code 0: it waits to be read. 1: no unreadable event has that id.',
  async run(args, voice) {
    const id = args.length === 1 ? decodeId('inboundEvent', args[0] ?? '') : null
    if (id === null) {
      voice.complain('Give the id of one event: ie_ and 26 letters.')
      return 2
    }
    const replayed = await besideDesk(voice, (kernel) => replayAsOperator(kernel, id))
    if (!replayed?.queued) {
      voice.complain('No unreadable event has that id.')
      return 1
    }
    voice.say('Queued: the event is read again.')
    return 0
  },
}
