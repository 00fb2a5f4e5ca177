/** The three lists one picks from: who takes it, which tags, until when. Each with its key and its own words. */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { createTag, TAG_COLOURS } from '@central-desk/contract/workspaces.ts'
import { useQueryClient } from '@tanstack/react-query'
import { AlarmClock, CalendarClock, Plus, Tag as TagIcon, UserRoundX } from 'lucide-react'
import { useRef, useState } from 'react'
import { cacheKeys, useDesk, useMembers, useTags } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { foldForFinding, tintOf } from '../../lib/text.ts'
import { instantOf } from '../../lib/zoned.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Picker } from '../../ui/picker.tsx'
import { toast } from '../../ui/toast.tsx'
import { snoozeOptions } from './model/snooze.ts'
import { useMemberName } from './names.ts'
import { useVerbs } from './verbs.ts'

interface Opened {
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
}

const NOBODY = 'nobody'

export function AssignPicker({ row, ...opened }: Opened & { row: ListedRow }) {
  const text = useText()
  const { inbox } = text
  const { memberId } = useDesk()
  const { members, byId } = useMembers()
  const nameOf = useMemberName()
  const verbs = useVerbs()
  const able = members.filter((member) => member.role !== 'viewer')
  const ordered = [...able].sort((a, b) => Number(b.id === memberId) - Number(a.id === memberId))
  const pick = (value: string) => {
    if (value === NOBODY) verbs.assign(row, null, inbox.unassignedDone)
    else verbs.assign(row, value, value === memberId ? inbox.assignedToYou : inbox.assignedTo(nameOf(value)))
  }
  const label = row.assigneeId ? nameOf(row.assigneeId) : inbox.assign
  return (
    <Picker
      label={inbox.assignTo}
      findLabel={inbox.findMember}
      emptyWords={inbox.noMember}
      onPick={pick}
      {...opened}
      options={[
        ...ordered.map((member) => ({
          value: member.id,
          label: member.id === memberId ? `${member.name} (${text.you})` : member.name,
          words: member.email,
          icon: <Avatar name={member.name} seed={member.id} size="small" />,
          isChosen: member.id === row.assigneeId,
        })),
        { value: NOBODY, label: inbox.unassign, icon: <UserRoundX />, isChosen: row.assigneeId === null },
      ]}
      trigger={
        <Button
          className="talk-assign"
          look="plain"
          size="small"
          data-tip={inbox.assign}
          data-key="A"
          icon={
            row.assigneeId ? (
              <Avatar name={byId.get(row.assigneeId)?.name ?? label} seed={row.assigneeId} size="small" />
            ) : (
              <UserRoundX aria-hidden="true" />
            )
          }
        >
          <span className="visually-hidden">{row.assigneeId ? inbox.assignee : inbox.unassignedNow}: </span>
          {label}
        </Button>
      }
    />
  )
}

export function TagPicker({ row, ...opened }: Opened & { row: ListedRow }) {
  const text = useText()
  const { inbox } = text
  const { workspaceId, may } = useDesk()
  const { tags } = useTags()
  const queries = useQueryClient()
  const verbs = useVerbs()
  const make = async (name: string) => {
    try {
      const colour = TAG_COLOURS[tintOf(name, TAG_COLOURS.length)] ?? 'grey'
      const tag = await call(createTag, { params: { workspaceId }, body: { name, colour } })
      await queries.invalidateQueries({ queryKey: cacheKeys.tags(workspaceId) })
      verbs.tag(row, tag.id, true)
      opened.onOpenChange(false)
    } catch (error) {
      toast({ words: wordsOf(error, text), tone: 'danger' })
    }
  }
  return (
    <Picker
      label={inbox.tags}
      findLabel={inbox.findTag}
      emptyWords={inbox.noTag}
      staysOpen
      onPick={(tagId) => verbs.tag(row, tagId, !row.tagIds.includes(tagId))}
      {...opened}
      options={tags.map((tag) => ({
        value: tag.id,
        label: tag.name,
        icon: <span className={`tag-swatch tint-${tag.colour}`} />,
        isChosen: row.tagIds.includes(tag.id),
      }))}
      foot={(find) => {
        const name = find.trim().slice(0, LIMITS.tagCharacters)
        if (!may('tag.manage') || name === '' || tags.some((tag) => foldForFinding(tag.name) === foldForFinding(name)))
          return null
        return (
          <Button look="quiet" size="small" icon={<Plus />} isWide onClick={() => make(name)}>
            {inbox.addTag(name)}
          </Button>
        )
      }}
      trigger={<IconButton label={inbox.tags} shortcut="T" icon={<TagIcon />} />}
    />
  )
}

const CUSTOM = 'custom'

export function SnoozePicker({ onPick, ...opened }: Opened & { onPick: (until: string | null, done: string) => void }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const [hasDialog, setDialog] = useState(false)
  const now = new Date()
  const options = snoozeOptions(now, format.timeZone)
  const take = (until: Date | null) =>
    onPick(
      until?.toISOString() ?? null,
      until ? inbox.snoozedUntil(format.moment(until, now)) : inbox.snoozedUntilReply,
    )
  const pick = (value: string) => {
    const option = options.find((one) => one.choice === value)
    if (option) take(option.until)
    else setDialog(true)
  }
  return (
    <>
      <Picker
        label={inbox.snoozeUntil}
        findLabel={inbox.snoozeUntil}
        emptyWords={inbox.snoozeCustom}
        onPick={pick}
        {...opened}
        options={[
          ...options.map(({ choice, until }) => ({
            value: choice,
            label: inbox.snoozeChoices[choice],
            ...(until ? { aside: format.moment(until, now) } : {}),
            icon: <AlarmClock />,
          })),
          { value: CUSTOM, label: inbox.snoozeCustom, icon: <CalendarClock /> },
        ]}
        trigger={<IconButton className="talk-snooze" label={inbox.snooze} shortcut="H" icon={<AlarmClock />} />}
      />
      <CustomSnooze isOpen={hasDialog} onClose={() => setDialog(false)} onPick={take} />
    </>
  )
}

interface CustomProps {
  isOpen: boolean
  onClose: () => void
  onPick: (until: Date) => void
}

function CustomSnooze({ isOpen, onClose, onPick }: CustomProps) {
  const text = useText()
  const { format } = useDesk()
  const field = useRef<HTMLInputElement>(null)
  const [value, setValue] = useState('')
  const [, date, time] = /^(\d+-\d+-\d+)T(\d+:\d+)/.exec(value) ?? []
  const [year = 0, month = 0, day = 0] = (date ?? '').split('-').map(Number)
  const [hour = 0, minute = 0] = (time ?? '').split(':').map(Number)
  const until = date ? instantOf({ year, month, day, hour, minute }, format.timeZone) : null
  const isAhead = until !== null && until.getTime() > Date.now()
  const take = () => {
    if (!until || !isAhead) return
    onClose()
    onPick(until)
  }
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={text.inbox.snoozeUntil}
      closeLabel={text.closeDialog}
      size="small"
      initialFocus={field}
      actions={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button look="primary" disabled={!isAhead} onClick={take}>
            {text.inbox.snooze}
          </Button>
        </>
      }
    >
      <TextField
        ref={field}
        label={text.inbox.snoozeCustomLabel}
        type="datetime-local"
        hint={format.timeZone}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
    </Dialog>
  )
}
