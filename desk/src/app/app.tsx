/**
 * The map of the desk: which address shows which page. Sign-in pages, search, contacts, settings are loaded when they
 * are wanted; the inbox is what the first load is for. Links that lead nowhere say so.
 */
import { lazy, Suspense } from 'react'
import { BrowserRouter, Navigate, Route, Routes } from 'react-router'
import { InboxPage } from '../features/inbox/inbox-page.tsx'
import { ToastRegion } from '../ui/toast.tsx'
import { TooltipLayer } from '../ui/tooltip.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { NotFoundPage, PageWait } from './page-states.tsx'
import { useText } from './preferences.tsx'
import { Start, Workspace } from './workspace.tsx'

const SignInPage = lazy(() => import('../features/auth/routes.tsx').then((m) => ({ default: m.SignInPage })))
const SignUpPage = lazy(() => import('../features/auth/routes.tsx').then((m) => ({ default: m.SignUpPage })))
const InvitePage = lazy(() => import('../features/auth/routes.tsx').then((m) => ({ default: m.InvitePage })))
const ResetPage = lazy(() => import('../features/auth/routes.tsx').then((m) => ({ default: m.ResetPage })))
const SearchPage = lazy(() => import('../features/search/routes.tsx').then((m) => ({ default: m.SearchPage })))
const ContactsRoutes = lazy(() =>
  import('../features/contacts/routes.tsx').then((m) => ({ default: m.ContactsRoutes })),
)
const SettingsRoutes = lazy(() =>
  import('../features/settings/routes.tsx').then((m) => ({ default: m.SettingsRoutes })),
)

export function App() {
  const text = useText()
  return (
    <BrowserRouter>
      <ErrorBoundary>
        <Suspense fallback={<PageWait />}>
          <Routes>
            <Route path="/" element={<Start />} />
            <Route path="/signin" element={<SignInPage />} />
            <Route path="/signup" element={<SignUpPage />} />
            <Route path="/invite/:token" element={<InvitePage />} />
            <Route path="/reset/:token" element={<ResetPage />} />
            <Route path="/w/:slug" element={<Workspace />}>
              <Route index element={<Navigate to="inbox/mine" replace />} />
              <Route path="inbox" element={<Navigate to="mine" replace />} />
              <Route path="inbox/:view" element={<InboxPage />}>
                <Route path="c/:conversationId" element={null} />
              </Route>
              <Route path="search" element={<SearchPage />} />
              <Route path="contacts/*" element={<ContactsRoutes />} />
              <Route path="settings/*" element={<SettingsRoutes />} />
              <Route path="*" element={<NotFoundPage />} />
            </Route>
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
      <ToastRegion label={text.notifications} closeLabel={text.close} />
      <section id="menus" aria-label={text.menus} />
      <TooltipLayer />
    </BrowserRouter>
  )
}
