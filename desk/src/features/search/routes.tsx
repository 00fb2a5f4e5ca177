/** Search over the messages of the workspace. */
import { useTitle } from '../../app/page-states.tsx'
import { useText } from '../../app/preferences.tsx'
import { Page } from '../../ui/page.tsx'

export function SearchPage() {
  const { shell } = useText()
  useTitle(shell.search)
  return <Page title={shell.search}>{null}</Page>
}
