/** What each role can and cannot do, made from the table that the server asks; and the rules that come on top. */
import { ROLES } from '@central-desk/contract/permissions.ts'
import { Check, Minus } from 'lucide-react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { classes } from '../../../ui/classes.ts'
import { TableFrame } from '../../../ui/page.tsx'
import { roleMatrix } from '../model/roles.ts'
import { membersWords } from '../words/members.ts'

const MATRIX = roleMatrix()

export function RoleMatrix() {
  const words = useWords(membersWords)
  const text = useText()
  const { role: own } = useDesk()
  return (
    <>
      <div className="members-box">
        <TableFrame label={words.matrix}>
          <table className="matrix">
            <thead>
              <tr>
                <th scope="col">{words.ability}</th>
                {ROLES.map((role) => (
                  <th key={role} scope="col" className={classes(role === own && 'matrix-own')}>
                    {text.roles[role]}
                    {role === own && <span className="matrix-you">{words.you}</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {MATRIX.map(({ ability, may }) => (
                <tr key={ability}>
                  <th scope="row">{words.abilities[ability]}</th>
                  {ROLES.map((role) => (
                    <td key={role} className={classes(role === own && 'matrix-own')}>
                      <span className={may[role] ? 'matrix-can' : 'matrix-cannot'}>
                        {may[role] ? <Check aria-hidden="true" /> : <Minus aria-hidden="true" />}
                        <span className="matrix-word">{may[role] ? words.can : words.cannot}</span>
                      </span>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      </div>
      <div>
        <h3>{words.rules}</h3>
        <ul className="consequences">
          <li>{words.ruleOwners}</li>
          <li>{words.ruleLast}</li>
          <li>{words.ruleNow}</li>
        </ul>
      </div>
    </>
  )
}
