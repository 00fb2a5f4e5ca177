/**
 * What a part of a page shows while its answer is on the way, when it did not come, and once it is there. What was read
 * before stays on screen while it is read again.
 */
import type { ReactNode } from 'react'
import { referenceOf, wordsOf } from '../lib/problems.ts'
import { Button } from '../ui/button.tsx'
import { ErrorState, Skeleton } from '../ui/states.tsx'
import { useText } from './preferences.tsx'

interface Props<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown }
  rows?: number
  shape?: 'row' | 'line'
  children: (data: T) => ReactNode
}

export function Loaded<T>({ query, rows = 4, shape = 'row', children }: Props<T>) {
  const text = useText()
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    return (
      <ErrorState
        title={text.errorTitle}
        words={wordsOf(query.error, text)}
        reference={referenceOf(query.error)}
        action={<Button onClick={() => query.refetch()}>{text.retry}</Button>}
      />
    )
  }
  return (
    <>
      <p role="status" className="visually-hidden">
        {text.loading}
      </p>
      <Skeleton rows={rows} shape={shape} />
    </>
  )
}
