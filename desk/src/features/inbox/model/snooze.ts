/**
 * When a conversation may come back. The week of the desk starts on Sunday, as offices in Bangladesh do; times are those
 * of the workspace's zone. Pure: the clock is an argument.
 */
import { instantOf, wallTimeOf } from '../../../lib/zoned.ts'

export type SnoozeChoice = 'later' | 'tomorrow' | 'sunday' | 'nextWeek' | 'untilReply'

export interface SnoozeOption {
  choice: SnoozeChoice
  /** null: until the contact writes. */
  until: Date | null
}

const LATER_HOURS = 3
const MORNING_HOUR = 9
const SUNDAY = 0
const WEEK_DAYS = 7

export function snoozeOptions(now: Date, timeZone: string): readonly SnoozeOption[] {
  const wall = wallTimeOf(now, timeZone)
  const morning = (days: number) =>
    instantOf({ year: wall.year, month: wall.month, day: wall.day + days, hour: MORNING_HOUR, minute: 0 }, timeZone)
  const toSunday = (SUNDAY - wall.weekday + WEEK_DAYS) % WEEK_DAYS || WEEK_DAYS
  const options: SnoozeOption[] = [
    { choice: 'later', until: new Date(now.getTime() + LATER_HOURS * 3_600_000) },
    { choice: 'tomorrow', until: morning(1) },
  ]
  // On a Saturday tomorrow is Sunday; on a Sunday the coming one is next week.
  if (toSunday !== 1 && toSunday !== WEEK_DAYS) options.push({ choice: 'sunday', until: morning(toSunday) })
  options.push({ choice: 'nextWeek', until: morning(WEEK_DAYS) }, { choice: 'untilReply', until: null })
  return options
}
