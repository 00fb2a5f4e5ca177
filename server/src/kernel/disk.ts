/**
 * Whether the disk has room for more. Below the reserve nothing large is taken in: events, visitors' messages and files
 * are refused with "come back later" and stay with their senders, while the database still has room to live and people
 * to read and answer. A disk that fills faster than we look is the database's to notice (`isNoRoom`). Looked at once a
 * second, however many ask; what cannot be found out counts as room enough.
 */
import { statfsSync } from 'node:fs'
import type { Clock } from './clock.ts'
import type { Logger } from './log.ts'
import { refuse } from './refusal.ts'

/** Eight segments of the database's log: enough to finish, to check-point and to recover. */
export const DISK_RESERVE_BYTES = 128 * 1024 * 1024
/** When a sender may try again: space is made by people. */
export const NO_ROOM_RETRY_AFTER_S = 30
const LOOK_EVERY_MS = 1_000
/** PostgreSQL's disk_full, and the two ways in which a system says it. */
const NO_ROOM_CODES: ReadonlySet<unknown> = new Set(['53100', 'ENOSPC', 'EDQUOT'])

export type Disk = {
  isShort(): boolean
  /** Refuses with `busy` and a time to come back when room is short. */
  requireRoom(): void
}

/** Whether an error, or what caused it, says that the disk is full. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return NO_ROOM_CODES.has((error as { code?: unknown }).code) || isNoRoom(error.cause)
}

/** What an ordinary user may still write to the disk of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

export type DiskParts = {
  readonly folders: readonly string[]
  readonly clock: Clock
  readonly log: Logger
  readonly look?: (folder: string) => number
}

export function createDisk({ folders, clock, log, look = freeBytes }: DiskParts): Disk {
  let lookedAt_ms = Number.NEGATIVE_INFINITY
  let isShort = false

  function least(): number {
    return Math.min(
      ...folders.map((folder) => {
        try {
          return look(folder)
        } catch {
          return Number.POSITIVE_INFINITY
        }
      }),
    )
  }

  function lookAgain(): boolean {
    const now_ms = clock.now().getTime()
    if (Math.abs(now_ms - lookedAt_ms) < LOOK_EVERY_MS) return isShort
    lookedAt_ms = now_ms
    const free_bytes = least()
    const wasShort = isShort
    isShort = free_bytes < DISK_RESERVE_BYTES
    if (isShort && !wasShort) log.error({ free_bytes }, 'the disk is nearly full: events and files are refused')
    if (!isShort && wasShort) log.warn({ free_bytes }, 'there is room again')
    return isShort
  }

  return {
    isShort: lookAgain,
    requireRoom() {
      if (lookAgain()) throw refuse('busy', { retryAfterSeconds: NO_ROOM_RETRY_AFTER_S })
    },
  }
}
