/**
 * What a command of `bin/desk` is. A command writes results with `say` (standard output), troubles with `complain`
 * (standard error), and answers with its exit code: 0 done, 1 refused or failed, 2 called wrongly.
 */
export type Voice = { say(text: string): void; complain(text: string): void }

export type Command = {
  /** What is typed, such as `member unlock`. */
  readonly words: string
  /** What follows the words, for the usage line; empty when nothing may. */
  readonly takes: string
  /** One line for the list of commands. */
  readonly says: string
  /** The rest of its help. */
  readonly help: string
  run(args: readonly string[], voice: Voice): Promise<number>
}
