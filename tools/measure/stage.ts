/**
 * One stage of the work behind the scenes in a process of its own, until nothing is left: `store` (step 2 of intake) or
 * `index` (the search index). A desk runs both side by side with all else; alone, each shows what it costs. Says on
 * standard output how long it took and what its processor time was.
 *   DESK_HOME=… DATABASE_URL=… node tools/measure/stage.ts store|index
 */
import { createLog } from '../../server/src/kernel/log.ts'
import { readConfig } from '../../server/src/config.ts'
import { layFoundation } from '../../server/src/foundation.ts'
import { createKernel } from '../../server/src/kernel/kernel.ts'
import { createStorer } from '../../server/src/features/intake/storer.ts'
import { indexBacklog } from '../../server/src/features/conversations/indexing.ts'
import { cpu_us } from './processes.ts'

export type StageResult = { readonly took_ms: number; readonly cpu_us: number }

const config = readConfig()
const foundation = await layFoundation(config, createLog('error'), () => {})
const kernel = createKernel(foundation.parts)
const storer = createStorer(kernel, async () => {
  throw new Error('what is measured brings no files')
})
const rounds = { store: () => storer.round(), index: () => indexBacklog(kernel) }
const round = rounds[process.argv[2] as keyof typeof rounds]
const before_us = cpu_us(process.pid)
const begun_ms = performance.now()
while (await round()) {
  // Until nothing is left.
}
const result: StageResult = { took_ms: performance.now() - begun_ms, cpu_us: cpu_us(process.pid) - before_us }
process.stdout.write(`${JSON.stringify(result)}\n`)
await foundation.close()
process.exit(0)
