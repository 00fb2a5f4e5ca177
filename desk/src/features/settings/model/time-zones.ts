/**
 * The time zones one may choose: all that the browser knows, with their distance from Greenwich now, those of the region
 * first. The zone that is set is always among them, also when the browser does not list it. Pure but for Intl's own list.
 */
export const NEAR_ZONES = [
  'Asia/Dhaka',
  'Asia/Kolkata',
  'Asia/Dubai',
  'Asia/Riyadh',
  'Europe/London',
  'America/New_York',
]

export interface Zone {
  value: string
  /** `Asia/Dhaka (GMT+6)` */
  label: string
}

export function zoneOf(value: string, at: Date): Zone {
  return { value, label: `${value.replaceAll('_', ' ')} (${offsetOf(value, at)})` }
}

/** `GMT+6`, in Latin digits: it is a code. */
export function offsetOf(zone: string, at: Date): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at)
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  } catch {
    return '?'
  }
}

export function zonesFor(current: string, at: Date): { near: Zone[]; all: Zone[] } {
  const near = NEAR_ZONES.includes(current) ? NEAR_ZONES : [current, ...NEAR_ZONES]
  const all = Intl.supportedValuesOf('timeZone').filter((zone) => !near.includes(zone))
  return { near: near.map((zone) => zoneOf(zone, at)), all: all.map((zone) => zoneOf(zone, at)) }
}
