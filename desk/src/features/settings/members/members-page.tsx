/**
 * The people of the workspace, open invitations, and what each role may do. A role changes at once with Undo; what
 * cannot be undone by oneself (removing, leaving, giving up own rights) asks first and names what follows.
 */
import { type Member, removeMember } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { getSession } from '@central-desk/contract/session.ts'
import { UserRoundPlus } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useDesk, useMembers } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useSession } from '../../../app/session.tsx'
import { call } from '../../../lib/api.ts'
import { Button } from '../../../ui/button.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { isStepDown } from '../model/member-rules.ts'
import { sayUndoable } from '../../../app/undo.ts'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { membersWords } from '../words/members.ts'
import { Invitations } from './invitations.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { MemberRow } from './member-row.tsx'
import { useChangeRole } from './queries.ts'
import { RemoveDialog } from './remove-dialog.tsx'
import { RoleMatrix } from './role-matrix.tsx'
import { StepDownDialog } from './step-down-dialog.tsx'
import './members.css'

export function MembersPage() {
  const { pages, viewOnly } = useWords(frameWords)
  const words = useWords(membersWords)
  const { may } = useDesk()
  const [isInviting, setInviting] = useState(false)
  useTitle(pages.members)
  return (
    <Page
      title={pages.members}
      words={words.words}
      width="wide"
      actions={
        may('member.invite') && (
          <Button look="primary" icon={<UserRoundPlus aria-hidden="true" />} onClick={() => setInviting(true)}>
            {words.invite}
          </Button>
        )
      }
    >
      {!may('member.invite') && <ViewOnly>{viewOnly}</ViewOnly>}
      <People />
      {may('member.invite') && <Invitations />}
      <Section title={words.matrix} words={words.matrixWords}>
        <RoleMatrix />
      </Section>
      <InviteDialog isOpen={isInviting} onClose={() => setInviting(false)} />
    </Page>
  )
}

function People() {
  const words = useWords(membersWords)
  const text = useText()
  const { memberId, may } = useDesk()
  const { query } = useMembers()
  const changeRole = useChangeRole()
  const [removing, setRemoving] = useState<Member | null>(null)
  const [stepDown, setStepDown] = useState<{ member: Member; role: Role } | null>(null)
  const remove = useRemove()
  const give = async (member: Member, role: Role) => {
    if (!(await changeRole(member, role))) return
    const said = words.roleChanged(member.name, text.roles[role])
    // A step down of one's own cannot be taken back, so it offers no Undo.
    if (member.id === memberId) toast({ words: said })
    else sayUndoable(said, text, () => changeRole({ ...member, role }, member.role))
  }
  const ask = (member: Member, role: Role) => {
    if (member.id === memberId && isStepDown(member.role, role)) setStepDown({ member, role })
    else give(member, role)
  }
  return (
    <>
      <Loaded query={query}>
        {(members) => (
          <div className="members-box">
            <table className="members">
              <caption className="visually-hidden">{words.people}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.person}</th>
                  <th scope="col">{words.role}</th>
                  <th scope="col" className="member-seen">
                    {words.lastSeen}
                  </th>
                  {may('member.remove') && (
                    <th scope="col" className="member-end">
                      <span className="visually-hidden">{words.actions}</span>
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {members.map((member) => (
                  <MemberRow
                    key={member.id}
                    member={member}
                    members={members}
                    onRole={(role) => ask(member, role)}
                    onRemove={() => setRemoving(member)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      <RemoveDialog member={removing} onClose={() => setRemoving(null)} onRemove={remove} />
      <StepDownDialog
        role={stepDown?.role ?? null}
        onClose={() => setStepDown(null)}
        onConfirm={async () => {
          if (stepDown) await give(stepDown.member, stepDown.role)
        }}
      />
    </>
  )
}

/** Removes somebody; whoever leaves goes to another workspace of theirs. */
function useRemove(): (member: Member) => Promise<void> {
  const words = useWords(membersWords)
  const { workspaceId, memberId } = useDesk()
  const { query } = useMembers()
  const { keep } = useSession()
  const navigate = useNavigate()
  return async (member) => {
    await call(removeMember, { params: { workspaceId, memberId: member.id } })
    if (member.id === memberId) {
      // The session must know before the way leads on: its memberships say where to.
      keep(await call(getSession))
      navigate('/', { replace: true })
      return
    }
    toast({ words: words.removed(member.name) })
    await query.refetch()
  }
}
