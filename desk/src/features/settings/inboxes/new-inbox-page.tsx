/** Connects an inbox: which channel, a name, and the one thing that channel needs first. Then the secret, shown once. */
import { CHANNELS, type Channel, createInbox, type Inbox, type InboxSettings } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { cacheKeys, useDesk } from '../../../app/desk.tsx'
import { NotFoundPage, useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Refusal } from '../../../lib/refusal.ts'
import { Button } from '../../../ui/button.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Page } from '../../../ui/page.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormFailure } from '../form-actions.tsx'
import { siteOf } from '../model/sites.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { SecretDialog } from './secret-dialog.tsx'
import './inboxes.css'

interface Made {
  inbox: Inbox
  signingSecret: string
}

/** What a channel is asked for first: the field it belongs to, and how what was typed becomes a setting. */
const FIRST: Record<Channel, { field: string; read: (typed: string) => InboxSettings | null }> = {
  webchat: {
    field: 'settings.allowedOrigins',
    read: (typed) => {
      if (typed === '') return {}
      const site = siteOf(typed)
      return site === null ? null : { allowedOrigins: [site] }
    },
  },
  api: { field: 'settings.callbackUrl', read: (typed) => (typed === '' ? {} : { callbackUrl: typed }) },
}

export function NewInboxPage() {
  const words = useWords(inboxesWords)
  const { may, slug } = useDesk()
  const navigate = useNavigate()
  const [made, setMade] = useState<Made | null>(null)
  useTitle(words.newTitle)
  if (!may('inbox.manage')) return <NotFoundPage />
  const finish = () => {
    if (!made) return
    toast({ words: words.connected(made.inbox.name) })
    navigate(`/w/${slug}/settings/inboxes/${made.inbox.id}`, { replace: true })
  }
  return (
    <Page title={words.newTitle}>
      <NewInboxForm onMade={setMade} />
      <SecretDialog secret={made?.signingSecret ?? null} onDone={finish} />
    </Page>
  )
}

function NewInboxForm({ onMade }: { onMade: (made: Made) => void }) {
  const words = useWords(inboxesWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const [channel, setChannel] = useState<Channel>('webchat')
  const [name, setName] = useState('')
  const [typed, setTyped] = useState('')
  const first = FIRST[channel]
  const form = useForm(async () => {
    const settings = first.read(typed.trim())
    if (settings === null) {
      throw new Refusal({ code: 'invalid_fields', fields: [{ field: first.field, code: 'not_an_origin' }] }, 422)
    }
    const made = await call(createInbox, { params: { workspaceId }, body: { channel, name, settings } })
    await queries.invalidateQueries({ queryKey: cacheKeys.inboxes(workspaceId) })
    onMade(made)
  })
  const error = (field: string) =>
    fieldWords(form.failure, field, text, words.codes) ?? fieldWords(form.failure, `${field}.0`, text, words.codes)
  const asks = {
    webchat: { label: words.site, hint: words.siteHint, placeholder: 'shop.example' },
    api: { label: words.callbackUrl, hint: words.callbackHint, placeholder: 'https://shop.example/desk' },
  }[channel]
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <RadioCards
        legend={words.channel}
        layout="rows"
        value={channel}
        onChange={(next) => {
          setChannel(next)
          setTyped('')
          form.setFailure(null)
        }}
        cards={CHANNELS.map((value) => ({
          value,
          label: text.inbox.channels[value],
          words: words.channelHints[value],
        }))}
      />
      <TextField
        label={words.name}
        hint={words.nameHint}
        required
        maxLength={LIMITS.nameCharacters}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={error('name')}
      />
      <TextField
        key={channel}
        label={asks.label}
        hint={asks.hint}
        placeholder={asks.placeholder}
        inputMode="url"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={LIMITS.urlCharacters}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={error(first.field)}
      />
      <div className="form-actions">
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {words.connect}
        </Button>
      </div>
    </form>
  )
}
