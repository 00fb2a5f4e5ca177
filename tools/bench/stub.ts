/** Runs something beside the server that keeps nothing, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WorkspacePlan } from './plan.ts'

const STUB = fileURLToPath(new URL('./stub-server.ts', import.meta.url))

export async function withStub<T>(port: number, plans: readonly WorkspacePlan[], use: () => Promise<T>): Promise<T> {
  const keys = plans.flatMap(({ inboxes }) => inboxes.map(({ key, signingSecret }) => `${key}=${signingSecret}`))
  const child = spawn(process.execPath, [STUB, String(port), ...keys], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    return await use()
  } finally {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}
