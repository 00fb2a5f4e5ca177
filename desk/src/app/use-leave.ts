/** Signing out from anywhere: ends the session, wipes what was kept here, shows the sign-in page; says why if it fails. */
import { useCallback } from 'react'
import { useNavigate } from 'react-router'
import { wordsOf } from '../lib/problems.ts'
import { toast } from '../ui/toast.tsx'
import { useText } from './preferences.tsx'
import { useSession } from './session.tsx'
import { forgetUndo } from './undo.ts'

export function useLeave(): () => void {
  const text = useText()
  const { leave } = useSession()
  const navigate = useNavigate()
  return useCallback(() => {
    leave().then(
      () => {
        forgetUndo()
        navigate('/signin')
      },
      (error) => toast({ words: wordsOf(error, text), tone: 'danger' }),
    )
  }, [leave, navigate, text])
}
