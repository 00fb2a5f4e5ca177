/**
 * `bin/desk keys …`: list, rotate, reseal, reindex, retire. Each is safe while the desk runs and can be repeated; what
 * would have to wait for the desk to learn of a new version waits, and says until when. `keys destroy` has its own file.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  beginReindex,
  type KeysParts,
  type Listed,
  listKeys,
  reindex,
  reseal,
  retire,
  type Retired,
  rotate,
  type Walked,
  type Workspace,
  workspacesNamed,
} from '../features/keys/index.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { isDestroyed } from '../kernel/scope.ts'
import type { Tally } from '../kernel/walk.ts'
import { besideDesk } from './beside-desk.ts'
import type { Command, Voice } from './command.ts'

const ALL = '--all'
/** A line of progress for so many rows. */
const NOTED_ROWS = 10_000
const INDEXED = ['lookup', 'search'] as const
const FAMILY_WORDS = { content: 'content', lookup: 'look-up', search: 'search' } as const

type Deed = (kernel: Kernel, workspace: Workspace, voice: Voice) => Promise<void>

/**
 * Does it for the workspace that is named, or for all; a workspace whose keys were destroyed is passed over. Each deed is
 * done for all of them before the next one.
 */
async function forEach(args: readonly string[], voice: Voice, ...deeds: readonly Deed[]): Promise<number> {
  const [name] = args
  if (args.length !== 1 || name === undefined || (name.startsWith('--') && name !== ALL)) {
    voice.complain(`Give one workspace, or ${ALL}.`)
    return 2
  }
  return besideDesk(voice, async (kernel) => {
    const workspaces = new Set(await workspacesNamed(kernel, name === ALL ? null : name))
    if (workspaces.size === 0 && name !== ALL) {
      voice.complain(`No workspace is called ${name}.`)
      return 1
    }
    for (const deed of deeds) {
      for (const workspace of workspaces) {
        try {
          await deed(kernel, workspace, voice)
        } catch (error) {
          if (!isDestroyed(error)) throw error
          voice.complain(`${workspace.slug}: its keys were destroyed.`)
          if (name !== ALL) return 1
          workspaces.delete(workspace)
        }
      }
    }
    return 0
  })
}

const at = (time: Date) => time.toISOString()

function progressOf(voice: Voice, { slug }: Workspace): (table: string, soFar: Tally) => void {
  const said = new Map<string, number>()
  return (table, { seen, changed }) => {
    const step = Math.floor(seen / NOTED_ROWS)
    if (step === (said.get(table) ?? 0)) return
    said.set(table, step)
    voice.say(`${slug}: ${table}: ${seen} rows seen, ${changed} changed`)
  }
}

/** Goes on when every process has learnt of the new version. */
async function whenSettled(
  { clock }: KeysParts,
  { slug }: Workspace,
  voice: Voice,
  work: () => Promise<Walked>,
): Promise<Exclude<Walked, { kind: 'waits' }>> {
  for (;;) {
    const walked = await work()
    if (walked.kind !== 'waits') return walked
    voice.say(`${slug}: waits until ${at(walked.until)}, when no process seals with the older version any more`)
    await sleep(Math.max(0, walked.until.getTime() - clock.now().getTime()))
  }
}

function sayWalked(voice: Voice, what: string, walked: Exclude<Walked, { kind: 'waits' }>): void {
  if (walked.kind === 'needless') {
    voice.say(`${what}: nothing stands under an older version`)
    return
  }
  const { seen, changed, broken } = walked.tally
  voice.say(`${what}: ${changed} of ${seen} rows changed, all under version ${walked.version} now`)
  if (broken > 0) voice.complain(`${what}: ${broken} rows do not open under any key: they were damaged before`)
}

function lineOf({ family, version, state, created_at, seals_from, values }: Listed): string {
  const since = state === 'retired' ? 'retired' : `seals from ${at(seals_from)}`
  const under = values === null ? '' : `, ${values} values`
  return `  ${FAMILY_WORDS[family]} ${version}: made ${at(created_at)}, ${since}${under}`
}

function sentenceOf(retired: Retired): string {
  const what = `${FAMILY_WORDS[retired.family]} version ${retired.version}`
  if (retired.kind === 'retired') return `${what} is gone`
  if (retired.kind === 'waits') return `${what} stays: the newer one is not everywhere before ${at(retired.until)}`
  if (retired.kind === 'in_use') return `${what} stays: ${retired.rows} rows are not under the newer one yet`
  return `${what} stays until ${at(retired.until)}, so that calls which are repeated are known again`
}

const WORKSPACE_HELP =
  'WORKSPACE is its address (as in /w/shapla-crafts) or its id. Written into the audit trail of the workspace.\n'

export const keysList: Command = {
  words: 'keys list',
  takes: '[WORKSPACE]',
  says: 'print the versions of the keys, how old they are and how much stands under each',
  help:
    'Never prints a key. WORKSPACE is its address (as in /w/shapla-crafts) or its id; without it, all of them. Counting\n' +
    'reads every sealed row once. Of look-up and search keys no count can be given: what they made looks alike.\n' +
    'Exit code 0: done. 1: no workspace is called that, or its keys were destroyed.',
  run: (args, voice) =>
    forEach(args.length === 0 ? [ALL] : args, voice, async (kernel, workspace) => {
      const listed = await listKeys(kernel, workspace)
      voice.say([`${workspace.slug} (${workspace.name})`, ...listed.map(lineOf)].join('\n'))
    }),
}

export const keysRotate: Command = {
  words: 'keys rotate',
  takes: `WORKSPACE|${ALL}`,
  says: 'make a new version of the key that seals content; it seals two minutes later',
  help:
    `${WORKSPACE_HELP}What is sealed already stays under its version and opens as before: \`keys reseal\` moves it,\n` +
    '`keys retire` then drops the old version.\nExit code 0: done. 1: no workspace is called that.',
  run: (args, voice) =>
    forEach(args, voice, async (kernel, workspace) => {
      const { version, seals_from } = await rotate(kernel, workspace)
      voice.say(`${workspace.slug}: content version ${version} seals from ${at(seals_from)}`)
    }),
}

export const keysReseal: Command = {
  words: 'keys reseal',
  takes: `WORKSPACE|${ALL}`,
  says: 'seal everything anew that stands under an older version of the content key',
  help:
    `${WORKSPACE_HELP}Page by page, while the desk runs; it may be stopped at any moment and begun again. Waits up to\n` +
    'three minutes after a rotation, until no process seals with the older version.\n' +
    'Exit code 0: done. 1: no workspace is called that.',
  run: (args, voice) =>
    forEach(args, voice, async (kernel, workspace) => {
      const note = progressOf(voice, workspace)
      const walked = await whenSettled(kernel, workspace, voice, () => reseal(kernel, workspace, note))
      sayWalked(voice, workspace.slug, walked)
    }),
}

export const keysReindex: Command = {
  words: 'keys reindex',
  takes: `WORKSPACE|${ALL}`,
  says: 'give look-up keys and search tokens a new key; both are queried until it is done',
  help:
    `${WORKSPACE_HELP}Makes the new versions, or goes on with a re-index that was begun, and computes anew by what\n` +
    'contacts, visitors and messages are found. Page by page, while the desk runs; it may be stopped at any moment and\n' +
    'begun again. Waits up to three minutes, until no process writes with the older versions.\n' +
    'Exit code 0: done. 1: no workspace is called that.',
  run: (args, voice) =>
    forEach(
      args,
      voice,
      // Begun everywhere before anything is waited for: that is one wait, not one for each workspace.
      async (kernel, workspace) => {
        for (const family of INDEXED) await beginReindex(kernel, workspace, family)
      },
      async (kernel, workspace) => {
        const note = progressOf(voice, workspace)
        for (const family of INDEXED) {
          const walked = await whenSettled(kernel, workspace, voice, () => reindex(kernel, workspace, family, note))
          sayWalked(voice, `${workspace.slug}: ${FAMILY_WORDS[family]} keys`, walked)
        }
      },
    ),
}

export const keysRetire: Command = {
  words: 'keys retire',
  takes: `WORKSPACE|${ALL}`,
  says: 'drop older versions of keys under which nothing stands any more',
  help:
    `${WORKSPACE_HELP}Looks first, and says of each version that stays why it does. An older look-up key stays two weeks\n` +
    'after its successor began: what senders repeat meanwhile is known by it. A key that is gone opens nothing, from\n' +
    'a backup of the database either.\nExit code 0: done. 1: no workspace is called that.',
  run: (args, voice) =>
    forEach(args, voice, async (kernel, workspace) => {
      const answers = await retire(kernel, workspace)
      if (answers.length === 0) voice.say(`${workspace.slug}: has no older version`)
      for (const answer of answers) voice.say(`${workspace.slug}: ${sentenceOf(answer)}`)
    }),
}
