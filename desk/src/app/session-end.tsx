/** When the session is gone: the page stays, the password is asked for on top of it, then everything goes on. */
import { lazy, Suspense } from 'react'
import { useSession } from './session.tsx'

const SignInAgain = lazy(() => import('../features/auth/sign-in-again.tsx').then((m) => ({ default: m.SignInAgain })))

export function SessionEnd() {
  const { hasEnded } = useSession()
  if (!hasEnded) return null
  return (
    <Suspense>
      <SignInAgain />
    </Suspense>
  )
}
