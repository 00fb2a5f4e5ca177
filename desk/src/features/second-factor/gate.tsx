/**
 * Where a workspace asks for a second factor: whoever has none sets it up here and goes on; whoever has time left is
 * reminded. The server decides; this only leads there.
 */
import type { CurrentUser, Membership } from '@central-desk/contract/session.ts'
import { Link } from 'react-router'
import { useWords } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { useLeave } from '../../app/use-leave.ts'

import { Button } from '../../ui/button.tsx'
import { AuthFrame } from '../auth/auth-frame.tsx'
import { SetUp } from './set-up.tsx'
import { secondFactorWords } from './words.ts'

interface Props {
  user: CurrentUser
  membership: Membership
  /** True while something stands here that must not go away by itself. */
  onHold: (isHeld: boolean) => void
}

export function SecondFactorAsked({ user, membership, onHold }: Props) {
  const words = useWords(secondFactorWords)
  const { session } = useSession()
  const leave = useLeave()
  const hasOthers = (session?.memberships.length ?? 0) > 1
  return (
    <AuthFrame
      title={words.askedTitle(membership.workspace.name)}
      words={words.askedWords}
      foot={
        <>
          {hasOthers && (
            <p>
              <Link to="/">{words.elsewhere}</Link>
            </p>
          )}
          <Button look="quiet" onClick={leave}>
            {words.signOut}
          </Button>
        </>
      }
    >
      <div className="auth-form">
        <p>{words.offWords}</p>
        <SetUp email={user.email} onMade={() => onHold(true)} onDone={() => onHold(false)} />
      </div>
    </AuthFrame>
  )
}
