/** `bin/desk audit verify`: whether the audit trails are as they were written, and the first entry that is not. */
import { workspacesNamed } from '../features/keys/index.ts'
import { type ChainVerdict, verifyAuditChain } from '../kernel/audit-chain.ts'
import { besideDesk } from './beside-desk.ts'
import type { Command } from './command.ts'

const WHY = {
  changed: 'is not as it was written',
  missing: 'is missing',
  cut_off: 'and whatever came after it is missing',
  head_changed: 'is not what the head of the trail names',
} as const

function sentenceOf(slug: string, { entries, head, broken }: ChainVerdict): string {
  const whole = `${slug}: ${entries} ${entries === 1 ? 'entry' : 'entries'} as written`
  return broken ? `${whole}; entry ${broken.number} ${WHY[broken.why]}.` : `${whole}, head ${head}.`
}

export const auditVerify: Command = {
  words: 'audit verify',
  takes: '[WORKSPACE]',
  says: 'check that no entry of an audit trail was changed or removed',
  help:
    'WORKSPACE is the address of a workspace (as in /w/shapla-crafts) or its id; without it, all of them. Each entry of\n' +
    'a trail holds the hash of the one before it; all are worked out anew and the first broken one is named. Changes\n' +
    'nothing, and works also where the keys were destroyed. Keep the printed head elsewhere: only so does a trail show\n' +
    'that was rewritten as a whole.\n' +
    'Exit code 0: all trails are whole. 1: a broken entry is named, or no workspace is called that.',
  async run(args, voice) {
    if (args.length > 1) {
      voice.complain('Give one workspace, or none for all.')
      return 2
    }
    return besideDesk(voice, async (kernel) => {
      const workspaces = await workspacesNamed(kernel, args[0] ?? null)
      if (args.length === 1 && workspaces.length === 0) {
        voice.complain(`No workspace is called ${args[0]}.`)
        return 1
      }
      let broken = 0
      for (const { id, slug } of workspaces) {
        const verdict = await verifyAuditChain(kernel.doors, id)
        if (verdict.broken) broken += 1
        const speak = verdict.broken ? voice.complain : voice.say
        speak(sentenceOf(slug, verdict))
      }
      return broken === 0 ? 0 : 1
    })
  },
}
