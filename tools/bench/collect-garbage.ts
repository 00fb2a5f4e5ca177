/**
 * Has a process of ours collect its garbage before its memory is read: what it left lying about on the way says nothing of
 * what it holds. Speaks with Node's inspector, on this machine only.
 */
export function inspectedOn(port: number): readonly string[] {
  // It would print where it listens.
  return [`--inspect=127.0.0.1:${port}`, '--inspect-publish-uid=http']
}

export async function collectGarbage(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`)
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[]
  if (!target) throw new Error('the process is not inspected')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}'))
    socket.addEventListener('message', () => resolve())
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  })
  socket.close()
}
