/** An invitation link: joins as a new person, or as the one who is signed in with that address. */
import { acceptInvitation, getInvitation } from '@central-desk/contract/session.ts'
import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Link2Off } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { PageWait } from '../../app/page-states.tsx'
import { usePreferences, useWords } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { markShared } from '../../lib/storage.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Banner, EmptyState } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { AuthFrame } from './auth-frame.tsx'
import { isLongEnough, PasswordField } from './password-field.tsx'
import { authWords } from './words.ts'

export function InvitePage() {
  const { token = '' } = useParams()
  const words = useWords(authWords)
  const { text } = usePreferences()
  const { session, leave } = useSession()
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => call(getInvitation, { params: { token }, signal }),
  })
  if (invitation.error) return <DeadLink error={invitation.error} />
  if (!invitation.data || !session) return <PageWait />
  const { workspaceName, email, role, hasUser } = invitation.data
  const isSame = session.user?.email.toLowerCase() === email.toLowerCase()
  const frame = { title: words.inviteTitle(workspaceName), words: words.inviteWords(text.roles[role]) }
  if (session.user && !isSame) {
    return (
      <AuthFrame {...frame}>
        <Banner tone="warn">{words.inviteOther}</Banner>
        <Button onClick={() => leave()}>{words.signOut}</Button>
      </AuthFrame>
    )
  }
  if (!session.user && hasUser) {
    return (
      <AuthFrame {...frame}>
        <Banner tone="info">{words.inviteHasUser}</Banner>
        <Link to={`/signin?next=${encodeURIComponent(`/invite/${token}`)}`}>{words.signIn}</Link>
      </AuthFrame>
    )
  }
  return (
    <AuthFrame {...frame}>
      <JoinForm token={token} email={email} ownName={isSame ? (session.user?.name ?? null) : null} />
    </AuthFrame>
  )
}

interface JoinProps {
  token: string
  email: string
  /** Of who is signed in with that address. */
  ownName: string | null
}

function JoinForm({ token, email, ownName }: JoinProps) {
  const isSignedIn = ownName !== null
  const words = useWords(authWords)
  const { text } = usePreferences()
  const { keep } = useSession()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [isTooShort, setTooShort] = useState(false)
  const form = useForm(async () => {
    setTooShort(!isSignedIn && !isLongEnough(password))
    if (!isSignedIn && !isLongEnough(password)) return
    const answer = await call(acceptInvitation, { params: { token }, body: isSignedIn ? {} : { name, password } })
    if (answer.user) markShared(false, answer.user.id)
    keep(answer)
    navigate('/', { replace: true })
  })
  const isWeak = form.failure instanceof Refusal && form.failure.code === 'weak_password'
  return (
    <form ref={form.ref} className="auth-form" onSubmit={form.onSubmit}>
      {form.failure !== null && !isWeak && (
        <Banner tone="danger" role="alert" icon={<CircleAlert />}>
          {wordsOf(form.failure, text)}
        </Banner>
      )}
      {isSignedIn ? (
        <p>{words.inviteSignedIn(ownName, email)}</p>
      ) : (
        <>
          <TextField label={words.email} value={email} readOnly autoComplete="username" />
          <TextField
            label={words.name}
            autoComplete="name"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={fieldWords(form.failure, 'name', text)}
          />
          <PasswordField
            label={words.newPassword}
            isNew
            value={password}
            onChange={setPassword}
            error={isTooShort ? words.passwordRule : isWeak ? words.weak : fieldWords(form.failure, 'password', text)}
          />
        </>
      )}
      <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
        {words.join}
      </Button>
    </form>
  )
}

/** A link that is used, withdrawn or out of time; anything else says what it was. */
export function DeadLink({ error }: { error: unknown }) {
  const words = useWords(authWords)
  const { text } = usePreferences()
  const isGone = error instanceof Refusal && ['gone', 'not_found', 'bad_request', 'invalid_fields'].includes(error.code)
  return (
    <AuthFrame title={words.goneTitle}>
      <EmptyState
        icon={<Link2Off />}
        title={words.goneTitle}
        words={isGone ? words.goneWords : wordsOf(error, text)}
        action={<Link to="/signin">{words.toSignIn}</Link>}
      />
    </AuthFrame>
  )
}
