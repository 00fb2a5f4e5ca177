/**
 * Opens what a command works on: the running desk's own database when one runs on this home, else it is brought up for
 * the time of the command. Promises to close again whatever it opened, and to leave a running desk running.
 */
import { readConfig } from '../config.ts'
import { joinFoundation, layFoundation } from '../foundation.ts'
import { createKernel, type Kernel } from '../kernel/kernel.ts'
import { createLog } from '../kernel/log.ts'
import { StartRefusal } from '../kernel/start-refusal.ts'
import { KeyTrouble } from '../kernel/vault/index.ts'
import type { Voice } from './command.ts'

export async function besideDesk<T>(voice: Voice, work: (kernel: Kernel) => Promise<T>): Promise<T> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  try {
    const joined = config.databaseUrl ? null : await joinFoundation(config, log)
    const foundation = joined ?? (await layFoundation(config, log, voice.complain))
    try {
      return await work(createKernel(foundation.parts))
    } finally {
      await foundation.close()
    }
  } catch (error) {
    if (error instanceof KeyTrouble) throw new StartRefusal(error.message)
    throw error
  }
}
