/** Which settings page an address shows. An address that is none says so inside the frame. */
import { Route, Routes } from 'react-router'
import { NotFoundPage } from '../../app/page-states.tsx'
import { SettingsFrame, SettingsIndex } from './frame.tsx'
import { InboxSettingsPage } from './inboxes/inbox-page.tsx'
import { InboxesPage } from './inboxes/inboxes-page.tsx'
import { NewInboxPage } from './inboxes/new-inbox-page.tsx'
import { AppearancePage } from './me/appearance-page.tsx'
import { KeyboardPage } from './me/keyboard-page.tsx'
import { PasswordPage } from './me/password-page.tsx'
import { ProfilePage } from './me/profile-page.tsx'
import { SecondFactorPage } from './me/second-factor-page.tsx'
import { MembersPage } from './members/members-page.tsx'
import { RepliesPage } from './replies/replies-page.tsx'
import { NewReplyPage, ReplyPage } from './replies/reply-page.tsx'
import { TagsPage } from './tags/tags-page.tsx'
import { WorkspacePage } from './workspace/workspace-page.tsx'

export function SettingsRoutes() {
  return (
    <Routes>
      <Route element={<SettingsFrame />}>
        <Route index element={<SettingsIndex />} />
        <Route path="profile" element={<ProfilePage />} />
        <Route path="appearance" element={<AppearancePage />} />
        <Route path="keyboard" element={<KeyboardPage />} />
        <Route path="password" element={<PasswordPage />} />
        <Route path="second-factor" element={<SecondFactorPage />} />
        <Route path="workspace" element={<WorkspacePage />} />
        <Route path="members" element={<MembersPage />} />
        <Route path="inboxes" element={<InboxesPage />} />
        <Route path="inboxes/new" element={<NewInboxPage />} />
        <Route path="inboxes/:inboxId" element={<InboxSettingsPage />} />
        <Route path="tags" element={<TagsPage />} />
        <Route path="replies" element={<RepliesPage />} />
        <Route path="replies/new" element={<NewReplyPage />} />
        <Route path="replies/:replyId" element={<ReplyPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  )
}
