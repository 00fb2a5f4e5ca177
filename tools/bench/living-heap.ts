/**
 * What lives in the heap of a process of ours once its garbage is collected. Resident memory would not tell what a stream
 * takes: the room that a busy process keeps for later hides it, or is taken for it. Asks Node's inspector, on this machine
 * only.
 */
/** What one collection finds dead lets go of more. */
const COLLECTIONS = 3

export function inspectedOn(port: number): readonly string[] {
  // It would print where it listens.
  return [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http']
}

export async function living_kb(inspectorPort: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`)
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[]
  if (!target) throw new Error('the process is not inspected')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  })
  const ask = (method: string) =>
    new Promise<Record<string, number>>((resolve) => {
      socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data)).result), { once: true })
      socket.send(JSON.stringify({ id: 1, method }))
    })
  for (let turn = 0; turn < COLLECTIONS; turn++) await ask('HeapProfiler.collectGarbage')
  const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage')
  socket.close()
  return (usedSize + backingStorageSize) / 1024
}
