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

/** Processor time of a whole family between two looks. Those that ended in between count for what they had before. */
export class FamilyClock {
  readonly #postmasterPid: number
  #before: Map<number, number>

  constructor(postmasterPid: number) {
    this.#postmasterPid = postmasterPid
    this.#before = this.#look()
  }

  #look(): Map<number, number> {
    return new Map(family(this.#postmasterPid).map((pid) => [pid, cpu_us(pid)]))
  }

  /** Since the last lap. */
  lap_us(): number {
    const now = this.#look()
    let sum = 0
    for (const [pid, us] of now) sum += us - (this.#before.get(pid) ?? 0)
    this.#before = now
    return sum
  }
}

/** Resident memory in kilobytes; what the processes of a family share is in each. */
export function rss_kb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN)
}
