/** The sites that may show a web chat: added by name, taken off with Undo; each change holds at once. */
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Globe, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { Refusal } from '../../../lib/refusal.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Section } from '../../../ui/page.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormFailure } from '../form-actions.tsx'
import { addSite, isUnsafeSite } from '../model/sites.ts'
import { useSayFailure } from '../say-failure.ts'
import { sayUndoable } from '../../../app/undo.ts'
import { webchatWords } from '../words/channels.ts'
import { useUpdateInbox } from './queries.ts'

const FIELD = 'settings.allowedOrigins'

export function SitesSection({ inbox }: { inbox: Inbox }) {
  const words = useWords(webchatWords)
  const text = useText()
  const update = useUpdateInbox(inbox.id)
  const sayFailure = useSayFailure()
  const sites = inbox.settings.allowedOrigins ?? []
  const put = (allowedOrigins: string[]) => update({ settings: { allowedOrigins } })
  const remove = async (site: string) => {
    try {
      await put(sites.filter((one) => one !== site))
      sayUndoable(words.siteRemoved(site), text, () => put([...sites]).catch(sayFailure))
    } catch (error) {
      sayFailure(error)
    }
  }
  return (
    <Section title={words.sites} words={words.sitesWords}>
      {sites.length === 0 ? (
        <p className="inbox-none">{words.sitesNone}</p>
      ) : (
        <ul className="sites">
          {sites.map((site) => (
            <li key={site} className="site">
              <Globe aria-hidden="true" />
              <span className="site-words">
                <span>{site}</span>
                {isUnsafeSite(site) && (
                  <span className="site-unsafe">
                    <TriangleAlert aria-hidden="true" />
                    {words.siteUnsafe}
                  </span>
                )}
              </span>
              <IconButton label={words.siteRemove(site)} icon={<X />} onClick={() => remove(site)} />
            </li>
          ))}
        </ul>
      )}
      <SiteForm sites={sites} onPut={put} />
    </Section>
  )
}

interface FormProps {
  sites: readonly string[]
  onPut: (sites: string[]) => Promise<unknown>
}

function SiteForm({ sites, onPut }: FormProps) {
  const words = useWords(webchatWords)
  const { format } = useDesk()
  const [typed, setTyped] = useState('')
  const form = useForm(async () => {
    const added = addSite(sites, typed)
    if ('problem' in added) {
      throw new Refusal({ code: 'invalid_fields', fields: [{ field: FIELD, code: added.problem }] }, 422)
    }
    await onPut([...added.sites])
    setTyped('')
  })
  const problem = form.failure instanceof Refusal ? form.failure.fields[0]?.code : undefined
  const problems: Record<string, string> = words.siteProblems
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <div className="site-add">
        <TextField
          label={words.siteAdd}
          hint={words.siteHint(format.number(LIMITS.allowedOriginsPerInbox))}
          inputMode="url"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="shop.example"
          maxLength={LIMITS.urlCharacters}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={problem ? (problems[problem] ?? words.siteProblems.not_an_origin) : null}
        />
        <Button type="submit" isBusy={form.isBusy}>
          {words.add}
        </Button>
      </div>
    </form>
  )
}
