/**
 * From the words of a command line to one command. `--help` anywhere explains instead of doing; an unknown command, a
 * missing one and words too many are answered with the usage and exit code 2, and nothing is done. What goes wrong
 * unforeseen is told by kind and place: the words of such an error may quote rows, and a terminal is often kept in a file.
 */
import { describeError } from '../kernel/log.ts'
import { StartRefusal } from '../kernel/start-refusal.ts'
import type { Command, Voice } from './command.ts'

const HELP = new Set(['--help', '-h'])

function usage(commands: readonly Command[]): string {
  const typed = commands.map(({ words, takes }) => `${words} ${takes}`.trim())
  const width = Math.max(...typed.map((words) => words.length)) + 3
  const rows = commands.map(({ says }, at) => `  ${(typed[at] ?? '').padEnd(width)}${says}`)
  return `Usage: bin/desk COMMAND\n\n${rows.join('\n')}\n\nbin/desk COMMAND --help says more about one.`
}

function helpFor({ words, takes, says, help }: Command): string {
  return `Usage: bin/desk ${`${words} ${takes}`.trim()}\n\n${says[0]?.toUpperCase()}${says.slice(1)}.\n\n${help}`
}

/** Runs what the words ask for; resolves with the exit code. */
export async function dispatch(words: readonly string[], commands: readonly Command[], voice: Voice): Promise<number> {
  const asksHelp = words.some((word) => HELP.has(word)) || words[0] === 'help'
  const typed = words.filter((word) => !HELP.has(word) && word !== 'help')
  const command = commands.find(({ words }) => words.split(' ').every((word, at) => typed[at] === word))
  if (!command) {
    const isAsked = asksHelp && typed.length === 0
    if (typed.length > 0) voice.complain(`There is no command "${typed.join(' ')}".\n`)
    ;(isAsked ? voice.say : voice.complain)(usage(commands))
    return isAsked ? 0 : 2
  }
  if (asksHelp) {
    voice.say(helpFor(command))
    return 0
  }
  const args = typed.slice(command.words.split(' ').length)
  if (args.length > 0 && command.takes === '') {
    voice.complain(helpFor(command))
    return 2
  }
  try {
    return await command.run(args, voice)
  } catch (error) {
    voice.complain(error instanceof StartRefusal ? error.message : JSON.stringify(describeError(error)))
    return 1
  }
}
