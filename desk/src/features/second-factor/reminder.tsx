/** One line above every page while a workspace gives time to set up a second factor. */
import { ShieldAlert } from 'lucide-react'
import { Link } from 'react-router'
import { useDesk } from '../../app/desk.tsx'
import { useWords } from '../../app/preferences.tsx'
import { Banner } from '../../ui/states.tsx'
import { secondFactorWords } from './words.ts'

export function SecondFactorReminder({ from }: { from: Date }) {
  const words = useWords(secondFactorWords)
  const { format, slug } = useDesk()
  return (
    <Banner
      tone="warn"
      icon={<ShieldAlert />}
      action={<Link to={`/w/${slug}/settings/second-factor`}>{words.setUp}</Link>}
    >
      {words.soon(format.full(from))}
    </Banner>
  )
}
