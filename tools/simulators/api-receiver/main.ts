/**
 * Runs the API receiver by hand: `node scripts/run.mjs tools/simulators/api-receiver/main.ts --secret whsec_…`.
 * Prints its address and one line per call. `--port` (default: a free one); `--behaviour accept|acceptThenDrop|
 * acceptThenHang|drop|reject|throttle`, with `--status` for the last two.
 */
import { parseArgs } from 'node:util'
import { type Behaviour, startApiReceiver } from './receiver.ts'

const WATCH_MS = 200

const { values } = parseArgs({
  options: {
    secret: { type: 'string' },
    port: { type: 'string', default: '0' },
    behaviour: { type: 'string', default: 'accept' },
    status: { type: 'string' },
  },
})

function behaviourOf(word: string, status: string | undefined): Behaviour | null {
  if (word === 'reject') return { kind: 'reject', status: Number(status ?? 422) }
  if (word === 'throttle') return { kind: 'throttle', status: status === '503' ? 503 : 429, retryAfter: '30' }
  const plain = ['accept', 'acceptThenDrop', 'acceptThenHang', 'drop'] as const
  const kind = plain.find((one) => one === word)
  return kind ? { kind } : null
}

const behaviour = behaviourOf(values.behaviour, values.status)
if (!values.secret || !behaviour) {
  process.stderr.write('Usage: --secret whsec_… [--port N] [--behaviour WORD] [--status N]\n')
  process.exit(2)
}
const receiver = await startApiReceiver({ secret: values.secret, port: Number(values.port) })
receiver.behave(behaviour)
process.stdout.write(`${receiver.url}\n`)
let shown = 0
setInterval(() => {
  for (const call of receiver.calls.slice(shown)) process.stdout.write(`${JSON.stringify(call)}\n`)
  shown = receiver.calls.length
}, WATCH_MS)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
