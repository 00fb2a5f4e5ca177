/**
 * Wall-clock arithmetic in a time zone: "tomorrow at nine in Dhaka" on a machine that stands in New York. Works for
 * every zone Intl knows, over changes of the clock too. Pure.
 */
export interface WallTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

/** What a clock on the wall of that zone shows. */
export function wallTimeOf(at: Date, timeZone: string): WallTime & { weekday: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at)
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value ?? 0)
  const wall = {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
  }
  return { ...wall, weekday: new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay() }
}

/** The instant at which that zone's clock shows this. Day 32 of a month is the first of the next. */
export function instantOf(wall: WallTime, timeZone: string): Date {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute)
  let guess = wanted
  for (let round = 0; round < 3; round++) {
    const shown = wallTimeOf(new Date(guess), timeZone)
    const stamp = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute)
    if (stamp === wanted) break
    guess += wanted - stamp
  }
  return new Date(guess)
}
