/**
 * Numbers, times and sizes as people in Bangladesh read them: English by `en-IN` (১,২৩,৪৫৬ grouping, ৳ before the
 * amount), Bangla by `bn-BD`, with Latin digits when the person prefers them. Days and hours are those of the
 * workspace's time zone. Pure: the clock is an argument.
 */
export type Language = 'en' | 'bn'

export interface FormatOptions {
  language: Language
  latinDigits: boolean
  timeZone: string
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export function localeOf(options: Pick<FormatOptions, 'language' | 'latinDigits'>): string {
  if (options.language === 'en') return 'en-IN'
  return options.latinDigits ? 'bn-BD-u-nu-latn' : 'bn-BD'
}

export type Format = ReturnType<typeof makeFormat>

export function makeFormat(options: FormatOptions) {
  const locale = localeOf(options)
  const { timeZone, language } = options
  const numbers = new Intl.NumberFormat(locale)
  const plain = new Intl.NumberFormat(locale, { useGrouping: false })
  const byParts = (parts: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...parts })
  const times = byParts({ hour: 'numeric', minute: '2-digit' })
  const weekdays = byParts({ weekday: 'short' })
  const longWeekdays = byParts({ weekday: 'long' })
  const shortDates = byParts({ day: 'numeric', month: 'short' })
  const datesWithYear = byParts({ day: 'numeric', month: 'short', year: 'numeric' })
  const longDates = byParts({ day: 'numeric', month: 'long' })
  const longDatesWithYear = byParts({ day: 'numeric', month: 'long', year: 'numeric' })
  const relatives = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'BDT', currencyDisplay: 'narrowSymbol' })
  const dayKey = dayKeyMaker(timeZone)
  const daysApart = (from: Date, to: Date) => Math.round((dayStamp(dayKey(to)) - dayStamp(dayKey(from))) / DAY_MS)

  const time = (at: Date) => times.format(at).replace(/\b(am|pm)\b/i, (half) => half.toUpperCase())
  const date = (at: Date, now: Date) =>
    dayKey(at).slice(0, 4) === dayKey(now).slice(0, 4) ? shortDates.format(at) : datesWithYear.format(at)
  const moment = (at: Date, now: Date) => {
    const days = daysApart(now, at)
    if (days === 0) return time(at)
    if (days > 0 && days <= 7) return `${weekdays.format(at)} ${shortDates.format(at)}, ${time(at)}`
    return `${date(at, now)}, ${time(at)}`
  }

  return {
    ...options,
    locale,
    dayKey,
    number: (value: number) => numbers.format(value),
    /** Counts of views are exact up to 99. */
    count: (value: number) => (value > 99 ? `${plain.format(99)}+` : plain.format(value)),
    time,
    date,
    /** In a list: the time today, the weekday this week, else the date. */
    listTime: (at: Date, now: Date) => {
      const days = daysApart(at, now)
      if (days === 0) return time(at)
      return days > 0 && days < 7 ? weekdays.format(at) : date(at, now)
    },
    /** Weekday, date and time of a moment that may lie ahead. */
    moment,
    full: (at: Date) => `${datesWithYear.format(at)}, ${time(at)}`,
    dayName: (at: Date, now: Date) => {
      const isThisYear = dayKey(at).slice(0, 4) === dayKey(now).slice(0, 4)
      return `${longWeekdays.format(at)}, ${(isThisYear ? longDates : longDatesWithYear).format(at)}`
    },
    daysAgo: (at: Date, now: Date) => daysApart(at, now),
    weekday: (at: Date) => longWeekdays.format(at),
    relative: (at: Date, now: Date) => relative(relatives, at.getTime() - now.getTime()),
    bytes: (size: number) => bytes(numbers, plain, language, size),
    money: (poisha: number) => moneyOf(money, poisha),
  }
}

function relative(format: Intl.RelativeTimeFormat, deltaMs: number): string {
  const size = Math.abs(deltaMs)
  const of = (unit: Intl.RelativeTimeFormatUnit, ms: number) => format.format(Math.trunc(deltaMs / ms), unit)
  if (size < MINUTE_MS) return format.format(0, 'second')
  if (size < HOUR_MS) return of('minute', MINUTE_MS)
  return size < DAY_MS ? of('hour', HOUR_MS) : of('day', DAY_MS)
}

/** The Taka sign stands first in both languages: that is the habit, whatever the locale data says. */
function moneyOf(format: Intl.NumberFormat, poisha: number): string {
  const parts = format.formatToParts(poisha / 100)
  const amount = parts
    .filter((part) => part.type !== 'currency' && part.type !== 'literal' && part.type !== 'minusSign')
    .map((part) => part.value)
    .join('')
  return `${poisha < 0 ? '−' : ''}৳${amount}`
}

function bytes(numbers: Intl.NumberFormat, plain: Intl.NumberFormat, language: Language, size: number): string {
  const units = language === 'bn' ? ['বাইট', 'কেবি', 'এমবি', 'জিবি'] : [size === 1 ? 'byte' : 'bytes', 'KB', 'MB', 'GB']
  let value = size
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  const shown = unit === 0 ? plain.format(value) : numbers.format(Math.round(value * 10) / 10)
  return `${shown} ${units[unit]}`
}

/** `2026-11-24` in a time zone: days compare as text. */
export function dayKeyMaker(timeZone: string): (at: Date) => string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (at) => parts.format(at)
}

function dayStamp(key: string): number {
  return Date.parse(`${key}T00:00:00Z`)
}
