/** Starts the desk: the look of this machine first, so that nothing flashes, then the app. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/index.css'
import { App } from './app/app.tsx'
import { firstLook, PreferencesProvider } from './app/preferences.tsx'
import { SessionProvider } from './app/session.tsx'
import { watchPerson } from './lib/presence.ts'
import { isPassing } from './lib/refusal.ts'

const TRIES = 3

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The event stream keeps everything fresh; a screen that comes back asks again only after `reset`.
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 30 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: 'always',
      retry: (failures, error) => failures < TRIES && isPassing(error),
    },
  },
})

watchPerson(window)
const first = await firstLook()
const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <PreferencesProvider first={first}>
        <SessionProvider>
          <App />
        </SessionProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  </StrictMode>,
)
