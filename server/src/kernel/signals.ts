/**
 * Wake-up calls inside one process: something was committed, whoever waits for it may look. A lost call costs a moment,
 * never a message: everybody who listens also looks by itself from time to time, because other processes call nobody
 * here.
 */
import { describeError, type Logger } from './log.ts'

export type SignalPayloads = {
  /** Events up to this number were committed in a workspace, by this process or by another. */
  events: { workspaceId: string; lastNumber: number; isOurs: boolean }
  /** Inbound events were kept. */
  inbound: undefined
  /** Deliveries were queued. */
  deliveries: undefined
  /** Messages wait to be indexed. */
  searchBacklog: undefined
}
export type SignalName = keyof SignalPayloads

export type Signals = {
  on<N extends SignalName>(name: N, listener: (payload: SignalPayloads[N]) => void): () => void
  tell<N extends SignalName>(name: N, payload: SignalPayloads[N]): void
}

export function createSignals(log: Logger): Signals {
  const listeners = new Map<SignalName, Set<(payload: never) => void>>()
  return {
    on(name, listener) {
      const known = listeners.get(name) ?? new Set()
      known.add(listener as (payload: never) => void)
      listeners.set(name, known)
      return () => void known.delete(listener as (payload: never) => void)
    },
    tell(name, payload) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(payload as never)
        } catch (error) {
          log.error({ signal: name, error: describeError(error) }, 'a listener failed')
        }
      }
    },
  }
}
