/** A length of time in its largest whole unit, for `Intl` to say: 95,000 ms is one minute. Pure. */
const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const

export function durationParts(ms: number): { value: number; unit: 'day' | 'hour' | 'minute' | 'second' } {
  const found = UNITS.find((one) => ms >= one.ms)
  return found
    ? { value: Math.floor(ms / found.ms), unit: found.unit }
    : { value: Math.floor(Math.max(0, ms) / 1_000), unit: 'second' }
}
