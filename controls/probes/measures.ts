/**
 * What an outsider can measure: how much work a process has done, and whether two lots of times differ. No time is
 * held against a fixed number of milliseconds: work is counted in units measured in the same run, times as an effect.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Linux tells the time of processes in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time that a process and its threads have used so far. */
export function workOf(processId: number): number {
  if (process.platform === 'linux') {
    // The name of the program, in brackets, may hold anything; the numbers come after it.
    const numbers = readFileSync(`/proc/${processId}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(numbers[11]) + Number(numbers[12])) / TICKS_PER_SECOND
  }
  const shown = execFileSync('ps', ['-o', 'time=', '-p', String(processId)])
    .toString()
    .trim()
  return shown.split(/[:-]/).reduce((seconds, part) => seconds * 60 + Number(part), 0)
}

/**
 * Cliff's delta: 1 when every time of the first lot is longer than every one of the second, 0 when they are mixed
 * through and through. Counts ranks only, so that one long pause of the machine does not decide.
 */
export function effectBetween(first: readonly number[], second: readonly number[]): number {
  let sum = 0
  for (const one of first) for (const other of second) sum += Math.sign(one - other)
  return sum / (first.length * second.length)
}

/** How far from 0 the effect may be by chance alone: `sigmas` standard deviations of lots of that size. */
export function effectByChance(size: number, sigmas: number): number {
  return sigmas * Math.sqrt((2 * size + 1) / (3 * size * size))
}
