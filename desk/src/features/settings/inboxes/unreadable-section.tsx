/** Events that were kept and could not be read: when, why, how large; each can be taken into the queue again. */
import { replayInboundEvent } from '@central-desk/contract/inboxes.ts'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { Button } from '../../../ui/button.tsx'
import { Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { readReason } from '../model/unreadable.ts'
import { useSayFailure } from '../say-failure.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { useRefreshUnreadable, useUnreadable } from './queries.ts'

interface Unreadable {
  id: string
  receivedAt: string
  reason: string
  byteSize: number
}

export function UnreadableSection({ inboxId }: { inboxId: string }) {
  const words = useWords(inboxesWords)
  const text = useText()
  const query = useUnreadable(inboxId)
  return (
    <Section title={words.unreadableTitle} words={words.unreadableWords}>
      <Loaded query={query} shape="line" rows={2}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.events)
          if (events.length === 0) return <p className="inbox-none">{words.unreadableNone}</p>
          return (
            <>
              <ul className="unreadable">
                {events.map((event) => (
                  <UnreadableRow key={event.id} event={event} inboxId={inboxId} />
                ))}
              </ul>
              {query.hasNextPage && (
                <div>
                  <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                    {text.loadMore}
                  </Button>
                </div>
              )}
            </>
          )
        }}
      </Loaded>
    </Section>
  )
}

function UnreadableRow({ event, inboxId }: { event: Unreadable; inboxId: string }) {
  const words = useWords(inboxesWords)
  const { workspaceId, format, may } = useDesk()
  const refresh = useRefreshUnreadable(inboxId)
  const sayFailure = useSayFailure()
  const [isBusy, setBusy] = useState(false)
  const when = format.full(new Date(event.receivedAt))
  const { code, field } = readReason(event.reason)
  const replay = async () => {
    setBusy(true)
    try {
      const { queued } = await call(replayInboundEvent, { params: { workspaceId, inboundEventId: event.id } })
      toast({ words: queued ? words.replayed : words.notUnreadable })
      refresh()
    } catch (error) {
      sayFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className="unreadable-row">
      <div className="unreadable-words">
        <span>
          {words.reasons[code] ?? words.reasonOther} {field && words.inField(field)}
        </span>
        <span className="meta">
          {when} · {format.bytes(event.byteSize)}
        </span>
        <code className="unreadable-id">{event.id}</code>
      </div>
      {may('inboundEvent.replay') && (
        <Button
          size="small"
          icon={<RotateCcw aria-hidden="true" />}
          isBusy={isBusy}
          aria-label={words.replayOf(when)}
          onClick={replay}
        >
          {words.replay}
        </Button>
      )}
    </li>
  )
}
