/**
 * A short soft sound when a contact writes, made here (no file): only when the person wants it, only for what is theirs
 * or nobody's, and not for the conversation they are looking at. Browsers allow it after the first click.
 */
import { useEffect } from 'react'
import { useDesk } from './desk.tsx'
import { useLive } from './live.tsx'
import { usePreferences } from './preferences.tsx'

const LENGTH_S = 0.35
const LOUDNESS = 0.06
const QUIET_BETWEEN_MS = 3_000
const NOTES_HZ = [660, 880] as const

let context: AudioContext | null = null
let lastAt = 0

/** Also what one hears on turning it on. */
export function playChime(): void {
  context ??= new AudioContext()
  if (context.state === 'suspended') context.resume().catch(() => {})
  const start = context.currentTime
  NOTES_HZ.forEach((frequency, index) => {
    if (!context) return
    const from = start + index * 0.12
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, from + LENGTH_S)
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + LENGTH_S)
  })
}

export function Chime() {
  const { sound } = usePreferences().preferences
  const { memberId } = useDesk()
  const { subscribe } = useLive()
  useEffect(() => {
    if (!sound) return
    return subscribe((event) => {
      const { item, conversation } = event
      if (event.kind !== 'message.created' || item?.kind !== 'message' || item.direction !== 'in') return
      if (conversation?.contact.isBlocked) return
      const isMine = !conversation?.assigneeId || conversation.assigneeId === memberId
      const isLookedAt = !document.hidden && window.location.pathname.endsWith(`/c/${event.conversationId}`)
      const isSoon = Date.now() - lastAt < QUIET_BETWEEN_MS
      if (!isMine || isLookedAt || isSoon || !navigator.userActivation?.hasBeenActive) return
      lastAt = Date.now()
      playChime()
    })
  }, [sound, memberId, subscribe])
  return null
}
