/**
 * What a process has used so far, as Linux tells it: processor time of all its threads to the nanosecond, and resident
 * memory. Neighbours on the same cores stretch wall-clock time; they do not stretch this. Other systems have no /proc:
 * there every figure is NaN and the line says nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Microseconds on a processor of all living threads of a process. */
export function cpu_us(pid: number): number {
  const folder = `/proc/${pid}/task`
  if (!existsSync(folder)) return Number.NaN
  let sum_ns = 0
  for (const thread of readdirSync(folder)) sum_ns += Number(read(`${folder}/${thread}/schedstat`).split(' ')[0] ?? 0)
  return sum_ns / 1000
}

/** The postmaster and everything it started. */
export function family(postmasterPid: number): number[] {
  const children = read(`/proc/${postmasterPid}/task/${postmasterPid}/children`).trim()
  return [postmasterPid, ...(children === '' ? [] : children.split(' ').map(Number))]
}

/** Clock ticks in which Linux counts the time of children that have ended. */
const TICK_US = 10_000

/** Children that have ended and were waited for, all together. */
function endedChildren_us(pid: number): number {
  // The name stands in brackets and may hold blanks; what follows it does not.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * TICK_US
}

/** Processor time of a whole family between two looks, also of those that came and went in between. */
export class FamilyClock {
  readonly #postmasterPid: number
  #before_us: number

  constructor(postmasterPid: number) {
    this.#postmasterPid = postmasterPid
    this.#before_us = this.#look_us()
  }

  #look_us(): number {
    const living_us = family(this.#postmasterPid).reduce((sum, pid) => sum + cpu_us(pid), 0)
    return living_us + endedChildren_us(this.#postmasterPid)
  }

  /** Since the last lap. */
  lap_us(): number {
    const before_us = this.#before_us
    this.#before_us = this.#look_us()
    return this.#before_us - before_us
  }
}

/** Resident memory in kilobytes; what the processes of a family share is in each. */
export function rss_kb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN)
}
