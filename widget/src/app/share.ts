/**
 * One stream per browser: of all tabs that show the same visitor's chat, one holds a lock and follows the stream, and
 * tells the others what came. When it closes, the next takes over. Without this, a handful of tabs on HTTP/1.1 use up
 * every connection a browser allows to one origin. Where locks are not to be had, each tab follows for itself.
 */
import type { VisitorMessage } from '@central-desk/contract/widget.ts'

export type News = { messages: VisitorMessage[] } | { isLive: boolean }

export interface Share {
  /** Runs `lead` once this tab holds the lock; calls `hear` with what another tab's stream brought. */
  run(lead: (tell: (news: News) => void) => Promise<void>, hear: (news: News) => void, signal: AbortSignal): void
}

export function shareStream(name: string): Share {
  return {
    run(lead, hear, signal) {
      const channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => hear(data as News)
      signal.addEventListener('abort', () => channel.close())
      const tell = (news: News) => {
        if (!signal.aborted) channel.postMessage(news)
      }
      const alone = () => (signal.aborted ? undefined : lead(tell))
      const locked = navigator.locks?.request(name, { signal }, alone)
      if (!locked) return void alone()
      locked.catch(() => alone())
    },
  }
}
