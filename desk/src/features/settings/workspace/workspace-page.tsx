/** Name, language and time zone of the workspace; read by everybody, changed by owners and admins. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { LANGUAGES } from '@central-desk/contract/session.ts'
import { getWorkspace, updateWorkspace, type Workspace } from '@central-desk/contract/workspaces.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { cacheKeys, useDesk } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useFormat, useText, useWords } from '../../../app/preferences.tsx'
import { useEdits } from '../../../app/use-edits.ts'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Fact, Facts } from '../../../ui/facts.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useNow } from '../../inbox/use-now.ts'
import { FormActions, FormFailure } from '../form-actions.tsx'
import { zoneOf } from '../model/time-zones.ts'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { workspaceWords } from '../words/workspace.ts'
import { SecondFactorSection } from './second-factor-section.tsx'
import { ZoneField } from './zone-field.tsx'

const LANGUAGE_NAMES = { en: 'English', bn: 'বাংলা' } as const

export function WorkspacePage() {
  const { pages, viewOnly } = useWords(frameWords)
  const words = useWords(workspaceWords)
  const { workspaceId, may } = useDesk()
  useTitle(pages.workspace)
  const query = useQuery({
    queryKey: cacheKeys.workspace(workspaceId),
    queryFn: ({ signal }) => call(getWorkspace, { params: { workspaceId }, signal }),
  })
  return (
    <Page title={pages.workspace} words={words.words}>
      {!may('workspace.update') && <ViewOnly>{viewOnly}</ViewOnly>}
      <Section title={words.about}>
        <Loaded query={query} shape="line">
          {(workspace) => (may('workspace.update') ? <SettingsForm saved={workspace} /> : <Known of={workspace} />)}
        </Loaded>
      </Section>
      {query.data && <SecondFactorSection key={query.data.secondFactorFrom} saved={query.data} />}
      {query.data && (
        <Section title={words.lasting}>
          <Lasting of={query.data} />
        </Section>
      )}
    </Page>
  )
}

function SettingsForm({ saved }: { saved: Workspace }) {
  const words = useWords(workspaceWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const edits = useEdits('workspace', { name: saved.name, language: saved.language, timeZone: saved.timeZone })
  const form = useForm(async () => {
    const { changed, isChanged } = edits
    if (isChanged) {
      const next = await call(updateWorkspace, { params: { workspaceId }, body: changed })
      queries.setQueryData(cacheKeys.workspace(workspaceId), next)
    }
    edits.discard()
    toast({ words: words.saved })
  })
  const { fields, set } = edits
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <TextField
        label={words.name}
        hint={words.nameHint}
        required
        maxLength={LIMITS.nameCharacters}
        value={fields.name}
        onChange={(event) => set({ name: event.target.value })}
        error={fieldWords(form.failure, 'name', text)}
      />
      <SelectField
        label={words.language}
        hint={words.languageHint}
        value={fields.language}
        options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        onChange={(event) => set({ language: event.target.value as Workspace['language'] })}
        error={fieldWords(form.failure, 'language', text)}
      />
      <ZoneField
        value={fields.timeZone}
        onChange={(timeZone) => set({ timeZone })}
        error={fieldWords(form.failure, 'timeZone', text, words.codes)}
      />
      <FormActions form={form} edits={edits} />
    </form>
  )
}

/** What nobody changes. */
function Lasting({ of: workspace }: { of: Workspace }) {
  const words = useWords(workspaceWords)
  const { format } = useDesk()
  return (
    <Facts>
      <Fact label={words.address}>
        <code>/w/{workspace.slug}</code>
      </Fact>
      <Fact label={words.since}>{format.full(new Date(workspace.createdAt))}</Fact>
    </Facts>
  )
}

function Known({ of: workspace }: { of: Workspace }) {
  const words = useWords(workspaceWords)
  const now = useNow()
  const { time } = useFormat(workspace.timeZone)
  return (
    <Facts>
      <Fact label={words.name}>{workspace.name}</Fact>
      <Fact label={words.language}>{LANGUAGE_NAMES[workspace.language]}</Fact>
      <Fact label={words.zone}>
        {zoneOf(workspace.timeZone, now).label}, {time(now)}
      </Fact>
    </Facts>
  )
}
