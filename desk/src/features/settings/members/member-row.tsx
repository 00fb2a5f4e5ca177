/** One member in the table: who, which role (a menu where one may change it), when last seen, and the way out. */
import type { Member } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { ChevronDown, ShieldCheck, UserRoundMinus } from 'lucide-react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { languageOf } from '../../../lib/text.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { IconButton } from '../../../ui/button.tsx'
import { ChoiceMenu } from '../../../ui/choice-menu.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { secondFactorWords } from '../../second-factor/words.ts'
import { type MemberRules, rulesFor } from '../model/member-rules.ts'
import { membersWords } from '../words/members.ts'

/** The server notes a visit at most once a minute or so; within this time somebody counts as here. */
const HERE_MS = 5 * 60_000

interface Props {
  member: Member
  members: readonly Member[]
  onRole: (role: Role) => void
  onRemove: () => void
}

export function MemberRow({ member, members, onRole, onRemove }: Props) {
  const words = useWords(membersWords)
  const { hasOne } = useWords(secondFactorWords)
  const desk = useDesk()
  const isSelf = member.id === desk.memberId
  const rules = rulesFor({ id: desk.memberId, role: desk.role }, member, members)
  const seen = useSeen(member)
  return (
    <tr>
      <td>
        <div className="member">
          <Avatar name={member.name} seed={member.id} />
          <div className="member-words">
            <span className="member-name">
              <span lang={languageOf(member.name)}>{member.name}</span>
              {isSelf && <span className="member-you">{words.you}</span>}
              {member.hasSecondFactor && <ShieldCheck className="member-shield" role="img" aria-label={hasOne} />}
            </span>
            <span className="member-email">{member.email}</span>
            <span className="member-seen-below">{seen.sentence}</span>
          </div>
        </div>
      </td>
      <td>
        <RoleCell member={member} rules={rules} onRole={onRole} />
      </td>
      <td className="member-seen">{seen.short}</td>
      {desk.may('member.remove') && (
        <td className="member-end">
          {rules.mayRemove && (
            <IconButton
              label={isSelf ? words.leaveOf : words.removeOf(member.name)}
              icon={<UserRoundMinus />}
              onClick={onRemove}
            />
          )}
        </td>
      )}
    </tr>
  )
}

function useSeen(member: Member): { short: string; sentence: string } {
  const words = useWords(membersWords)
  const { memberId, format } = useDesk()
  const now = useNow()
  const at = member.lastSeenAt ? new Date(member.lastSeenAt) : null
  const isHere = member.id === memberId || (at !== null && now.getTime() - at.getTime() < HERE_MS)
  if (isHere) return { short: words.now, sentence: words.now }
  if (!at) return { short: words.never, sentence: words.never }
  const when = format.relative(at, now)
  return { short: when, sentence: words.seen(when) }
}

function RoleCell({ member, rules, onRole }: { member: Member; rules: MemberRules; onRole: (role: Role) => void }) {
  const words = useWords(membersWords)
  const text = useText()
  const { may } = useDesk()
  const role = text.roles[member.role]
  if (rules.roles.length === 0) {
    return (
      <span className="member-role">
        {role}
        {rules.isLastOwner && may('member.changeRole') && <span className="meta">{words.onlyOwner}</span>}
      </span>
    )
  }
  return (
    <ChoiceMenu
      value={member.role}
      choices={rules.roles.map((value) => ({ value, label: text.roles[value], words: words.roleHints[value] }))}
      onChoose={onRole}
      trigger={
        <button type="button" className="choice-button" aria-label={words.changeRoleOf(member.name, role)}>
          {role}
          <ChevronDown aria-hidden="true" />
        </button>
      }
    />
  )
}
