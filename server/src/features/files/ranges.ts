/**
 * The Range header of a request: players of audio and video ask for parts. One range at a time; several, or anything
 * that cannot be read, is answered with the whole file, as RFC 9110 allows.
 */

export interface ByteRange {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** `null`: the whole file. `unsatisfiable`: asks for bytes that are not there. */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = ONE_RANGE.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? 'unsatisfiable' : { from: size - count, to: size }
  }
  const from = Number(first)
  const to = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < from) return null
  return from >= size ? 'unsatisfiable' : { from, to }
}
