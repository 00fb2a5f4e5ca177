/** Says a failure that belongs to no form, in a toast that stays until it is closed. */
import { useCallback } from 'react'
import { useText } from '../../app/preferences.tsx'
import { wordsOf } from '../../lib/problems.ts'
import { toast } from '../../ui/toast.tsx'

export function useSayFailure(): (failure: unknown) => void {
  const text = useText()
  return useCallback((failure) => toast({ words: wordsOf(failure, text), tone: 'danger' }), [text])
}
