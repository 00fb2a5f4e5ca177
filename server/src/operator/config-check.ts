/** `bin/desk config check`: every setting with its source, or everything that is wrong with the environment. */
import { describeConfig, parseConfig, readEnvironment } from '../config.ts'
import type { Command } from './command.ts'

export const configCheck: Command = {
  words: 'config check',
  takes: '',
  says: 'print every setting and where it comes from; exit 1 when one is wrong',
  help:
    'Reads the environment as `npm start` does and changes nothing. Secret values are never printed.\n' +
    'Exit code 0: the desk would start with these settings. 1: what is wrong is listed, all of it at once.',
  async run(_args, voice) {
    const { config, problems } = parseConfig(readEnvironment())
    if (problems) {
      voice.complain(problems.join('\n'))
      return 1
    }
    voice.say(describeConfig(config))
    return 0
  },
}
