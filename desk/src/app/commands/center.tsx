/**
 * The commands of the shell itself: where one can go, theme, language, sign-out, undo of a toast, the palette and the
 * sheet. Both are drawn by a chunk that is fetched when the page is idle, so that Ctrl+K opens at once.
 */
import { lazy, Suspense, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { useDesk } from '../desk.tsx'
import { usePreferences } from '../preferences.tsx'
import { takeBack, useCanUndo } from '../undo.ts'
import { useLeave } from '../use-leave.ts'
import { useCommands } from './commands.tsx'

const load = () => import('./palette.tsx')
const Palette = lazy(() => load().then((m) => ({ default: m.Palette })))
const ShortcutSheet = lazy(() => load().then((m) => ({ default: m.ShortcutSheet })))

const PRELOAD_AFTER_MS = 1_500

export function CommandCenter() {
  const { slug } = useDesk()
  const { preferences, change } = usePreferences()
  const navigate = useNavigate()
  const leave = useLeave()
  const canUndo = useCanUndo()
  const [shown, setShown] = useState<'palette' | 'sheet' | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => load().catch(() => {}), PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  const go = (path: string) => () => navigate(`/w/${slug}/${path}`)
  useCommands({
    palette: () => setShown('palette'),
    sheet: () => setShown('sheet'),
    search: go('search'),
    goMine: go('inbox/mine'),
    goUnassigned: go('inbox/unassigned'),
    goAll: go('inbox/all'),
    goSnoozed: go('inbox/snoozed'),
    goClosed: go('inbox/closed'),
    goContacts: go('contacts'),
    goSettings: go('settings'),
    themeLight: () => change({ theme: 'light' }),
    themeDark: () => change({ theme: 'dark' }),
    themeSystem: () => change({ theme: 'system' }),
    language: () => change({ language: preferences.language === 'bn' ? 'en' : 'bn' }),
    signOut: leave,
    ...(canUndo ? { undo: takeBack } : {}),
  })
  const close = () => setShown(null)
  return (
    <Suspense>
      {shown === 'palette' && <Palette onClose={close} />}
      {shown === 'sheet' && <ShortcutSheet onClose={close} />}
    </Suspense>
  )
}
