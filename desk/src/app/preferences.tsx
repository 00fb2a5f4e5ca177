/**
 * Language, theme and habits of the person: from this machine before sign-in, from their account after. Changing one
 * shows at once and is kept by the server when somebody is signed in. The Bangla catalogue is fetched only when needed.
 */
import { type Preferences, updatePreferences } from '@central-desk/contract/session.ts'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { call } from '../lib/api.ts'
import { type Format, makeFormat } from '../lib/format.ts'
import { type Catalogue, pick, type Words } from '../lib/i18n.ts'
import { applyLook, keepLook, type Look, readLook } from '../lib/look.ts'
import { type English, english } from '../words/en/index.ts'
import { useOwnValidity } from './own-validity.ts'

export type Text = Catalogue<English>

const DEFAULTS: Omit<Preferences, 'theme' | 'language' | 'latinDigits'> = {
  enterSends: false,
  singleKeys: true,
  compactList: false,
  sound: false,
}
const DEFAULT_ZONE = 'Asia/Dhaka'

interface Value {
  preferences: Preferences
  text: Text
  change: (patch: Partial<Preferences>) => void
  /** The session's own, once it is known. */
  adopt: (preferences: Preferences | null) => void
}

const PreferencesContext = createContext<Value | null>(null)

let banglaCatalogue: Text | null = null

async function textFor(language: Preferences['language']): Promise<Text> {
  if (language === 'en') return english
  banglaCatalogue ??= (await import('../words/bn/index.ts')).bangla
  return banglaCatalogue
}

/** What is needed before the first paint: the look of this machine, and its words. */
export async function firstLook(): Promise<{ look: Look; text: Text }> {
  const look = readLook()
  applyLook(look)
  return { look, text: await textFor(look.language) }
}

interface Props {
  first: { look: Look; text: Text }
  children: ReactNode
}

export function PreferencesProvider({ first, children }: Props) {
  const [preferences, setPreferences] = useState<Preferences>({ ...DEFAULTS, ...first.look })
  const [account, setAccount] = useState(false)
  const [text, setText] = useState(first.text)
  const { theme, language, latinDigits } = preferences
  useOwnValidity(text)

  useEffect(() => {
    const look = { theme, language, latinDigits }
    applyLook(look)
    keepLook(look)
    let isCurrent = true
    textFor(language).then((next) => isCurrent && setText(() => next))
    return () => {
      isCurrent = false
    }
  }, [theme, language, latinDigits])

  const change = useCallback(
    (patch: Partial<Preferences>) => {
      setPreferences((now) => ({ ...now, ...patch }))
      // A failure costs nothing now: the choice holds on this machine and is sent with the next change.
      if (account) call(updatePreferences, { body: { preferences: patch } }).catch(() => {})
    },
    [account],
  )
  const adopt = useCallback((next: Preferences | null) => {
    setAccount(next !== null)
    if (next) setPreferences(next)
  }, [])
  const value = useMemo(() => ({ preferences, text, change, adopt }), [preferences, text, change, adopt])
  return <PreferencesContext value={value}>{children}</PreferencesContext>
}

export function usePreferences(): Value {
  const value = useContext(PreferencesContext)
  if (!value) throw new Error('usePreferences needs PreferencesProvider above it')
  return value
}

/** The words of the shared catalogue. */
export function useText(): Text {
  return usePreferences().text
}

/** The words of one feature, made with `defineWords`. */
export function useWords<T>(words: Words<T>): Catalogue<T> {
  return pick(words, usePreferences().preferences.language)
}

const formats = new Map<string, Format>()

/** Numbers and times in the person's language; in the workspace's time zone when one is given. */
export function useFormat(timeZone: string = DEFAULT_ZONE): Format {
  const { language, latinDigits } = usePreferences().preferences
  const key = `${language} ${latinDigits} ${timeZone}`
  let format = formats.get(key)
  if (!format) {
    format = makeFormat({ language, latinDigits, timeZone })
    formats.set(key, format)
  }
  return format
}
