/** A value that waits until it has been still for a moment: the server is asked once for what was typed, not per letter. */
import { useEffect, useState } from 'react'

export function useDebounced<T>(value: T, waitMs: number): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), waitMs)
    return () => clearTimeout(timer)
  }, [value, waitMs])
  return still
}
