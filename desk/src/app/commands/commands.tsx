/**
 * Who answers a command right now. A page registers what it can do while it is shown; the newest answer wins, so a dialog
 * goes before the page below it. Keys, palette and buttons all call the same commands. Before a command acts on a
 * conversation, a page that shows one with delay catches up, so that nobody writes into the conversation before.
 */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react'
import { isTextTarget, KeySequence, keyName } from '../../lib/keys.ts'
import { usePreferences } from '../preferences.tsx'
import { COMMANDS, type CommandId, commandOf, LEADERS, ON_CONVERSATION } from './keymap.ts'

export type Handlers = Partial<Record<CommandId, () => void>>

interface Registry {
  register: (handlers: { readonly current: Handlers }) => () => void
  run: (command: CommandId) => boolean
  /** Called before every command that acts on a conversation. */
  beforeActing: (catchUp: () => void) => () => void
  /** The commands that somebody answers now. */
  available: () => ReadonlySet<CommandId>
}

const RegistryContext = createContext<Registry | null>(null)

export function useCommandRegistry(): Registry {
  const registry = useContext(RegistryContext)
  if (!registry) throw new Error('Commands need CommandProvider above them')
  return registry
}

/** Answers commands for as long as the component is there. Handlers may change at every render. */
export function useCommands(handlers: Handlers): void {
  const { register } = useCommandRegistry()
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  useEffect(() => register(latest), [register])
}

/** Lets a page bring on the screen what is chosen, before something is done to it. */
export function useCatchUp(catchUp: () => void): void {
  const { beforeActing } = useCommandRegistry()
  const latest = useRef(catchUp)
  useEffect(() => {
    latest.current = catchUp
  })
  useEffect(() => beforeActing(() => latest.current()), [beforeActing])
}

function makeRegistry(): Registry {
  const stack: { readonly current: Handlers }[] = []
  const behind = new Set<() => void>()
  const find = (command: CommandId) => stack.findLast((one) => one.current[command])?.current[command]
  return {
    register(handlers) {
      stack.push(handlers)
      return () => {
        stack.splice(stack.indexOf(handlers), 1)
      }
    },
    beforeActing(catchUp) {
      behind.add(catchUp)
      return () => behind.delete(catchUp)
    },
    run(command) {
      if (ON_CONVERSATION.has(command)) for (const catchUp of behind) catchUp()
      const handler = find(command)
      handler?.()
      return handler !== undefined
    },
    available: () => new Set(COMMANDS.filter((command) => find(command))),
  }
}

/** Something modal is open: its own keys rule. */
function isModalOpen(): boolean {
  return document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"]') !== null
}

export function CommandProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(makeRegistry, [])
  const { singleKeys } = usePreferences().preferences
  useEffect(() => {
    const sequence = new KeySequence(LEADERS)
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const press = keyName(event)
      if (!press || isModalOpen()) return
      const isWriting = isTextTarget(event.target as HTMLElement | null)
      const name = isWriting || !singleKeys ? press : sequence.press(press, event.timeStamp)
      const command = name && commandOf(name, { isWriting, hasSingleKeys: singleKeys })
      if (command && registry.run(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [registry, singleKeys])
  return <RegistryContext value={registry}>{children}</RegistryContext>
}
