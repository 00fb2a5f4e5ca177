/**
 * The security page as HTML: each sentence with its status and, unfolded, what makes it true and the attacks that were
 * tried. Made whole on the server, without a script; every word that is put in is escaped.
 */
import type { ShownClaim, Standing } from './standing.ts'
import { STYLE } from './style.ts'

const LABELS: Readonly<Record<ShownClaim['status'], string>> = {
  proven: 'Proven',
  attested: 'Statement',
  stale: 'Not shown lately',
  failing: 'Failing',
  not_in_force: 'Not in force',
  planned: 'Planned',
}
const MEANINGS: readonly [ShownClaim['status'], string][] = [
  ['proven', 'every attack on it was tried against this very program and held'],
  ['failing', 'an attack broke through, or could not be tried'],
  ['stale', 'the attacks were not tried on this version of the program, or too long ago'],
  ['not_in_force', 'the sentence is not true of this desk yet, or not as a whole'],
  ['planned', 'a date has been named, and nothing more'],
  ['attested', 'a statement that no test could show to be false'],
]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function text(words: string): string {
  return words.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
}

export function securityPage(standing: Standing, nonce: string): string {
  const sections = [...Map.groupBy(standing.claims, ({ section }) => section)]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Security — Central Desk</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style nonce="${text(nonce)}">${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="brand">Central Desk</p>
<h1>Security</h1>
${tallyOf(standing)}
</header>
${contentsOf(sections)}
<div class="sections">
${sections.map(([heading, claims]) => sectionOf(heading, claims)).join('\n')}
</div>
<footer>
<h2 id="words">What the words mean</h2>
<dl>${MEANINGS.map(([status, meaning]) => `<div><dt>${chip(status)}</dt><dd>${text(meaning)}</dd></div>`).join('')}</dl>
<p>The same as data: <a href="/security/claims.json">claims.json</a></p>
</footer>
</main>
</body>
</html>
`
}

function tallyOf({ claims, provenAt, version, commit }: Standing): string {
  const counts = MEANINGS.map(([status]) => [status, claims.filter((claim) => claim.status === status).length] as const)
  const shown = counts
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `<li><b>${count}</b> ${chip(status)}</li>`)
  const ran = provenAt
    ? `The attacks last ran on <time datetime="${text(provenAt)}">${text(dayOf(provenAt))}</time>${commit ? `, at commit <code>${text(commit.slice(0, 12))}</code>` : ''}.`
    : 'The attacks have not run on this machine yet.'
  return `<p class="lead">Every sentence of our security page, and how it stands in the program that you are talking to. No status is typed by hand: a sentence is <em>proven</em> when programs that attack it have failed.</p>
${barOf(counts, claims.length)}
<ul class="tally" aria-label="How the ${claims.length} sentences stand">${shown.join('')}</ul>
<p class="small">${ran} Version ${text(version)}. <a href="#words">What the words mean</a></p>`
}

type Section = readonly [heading: string, claims: readonly ShownClaim[]]

/** The same numbers for the eye; whoever cannot see it has the list below. */
function barOf(counts: readonly (readonly [ShownClaim['status'], number])[], whole: number): string {
  let from = 0
  const parts = counts.map(([status, count]) => {
    const part = `<rect class="${status}" x="${from}" width="${count}" height="1"/>`
    from += count
    return part
  })
  return `<svg class="bar" viewBox="0 0 ${whole} 1" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`
}

function contentsOf(sections: readonly Section[]): string {
  const named = sections.filter(([heading]) => heading !== '')
  const links = named.map(([heading, claims]) => {
    const proven = claims.filter(({ status }) => status === 'proven').length
    const failing = claims.filter(({ status }) => status === 'failing').length
    const stand = `${proven} of ${claims.length} proven${failing > 0 ? `, ${failing} failing` : ''}`
    return `<li><a href="#${anchorOf(heading)}">${text(heading)}</a> <span class="small${failing > 0 ? ' failing' : ''}">${stand}</span></li>`
  })
  return `<nav aria-label="Sections of this page"><ul>${links.join('')}</ul></nav>`
}

function anchorOf(heading: string): string {
  return `section-${heading.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}

function dayOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

function sectionOf(heading: string, claims: readonly ShownClaim[]): string {
  const title = heading ? `<h2 id="${anchorOf(heading)}">${text(heading)}</h2>` : ''
  return `<section>${title}<ul class="claims">${claims.map(claimOf).join('')}</ul></section>`
}

function claimOf(claim: ShownClaim): string {
  const { id, status, sentence, reason, how, checks } = claim
  const attacks = checks.length > 0 ? `<ul class="attacks">${checks.map(attackOf).join('')}</ul>` : ''
  const why = status === 'proven' ? '' : `<p class="why">${text(reason)}</p>`
  return `<li id="${text(id)}"><div class="line"><p class="sentence">${text(sentence)}</p>${chip(status)}</div>${why}
<details><summary>${checks.length > 0 ? 'How, and what was tried' : 'What it takes'}<span class="visually-hidden">: ${text(sentence)}</span></summary>
<p>${text(how)}</p>${attacks}${faultsOf(claim)}<p class="small">Claim ${text(id)}</p></details></li>`
}

const RESULTS = { pass: 'held', fail: 'broke through', error: 'could not be tried', skipped: 'not tried' } as const

function attackOf({ probe, attacks, result, attempts }: ShownClaim['checks'][number]): string {
  const count = attempts > 0 ? `, ${attempts.toLocaleString('en')} attempts` : ''
  return `<li><span class="result ${result}">${RESULTS[result]}${count}</span> <code>${text(probe)}</code><br>${text(attacks)}</li>`
}

function faultsOf({ faults }: ShownClaim): string {
  if (faults.length === 0) return ''
  const caught = faults.filter(({ result }) => result === 'caught').length
  const said = caught === faults.length ? 'all of them were noticed' : `${caught} of them were noticed`
  return `<p class="small">To show that these attacks can break through, faults were built into ${faults.length} throw-away copies of the program: ${said}.</p>`
}

function chip(status: ShownClaim['status']): string {
  return `<span class="chip ${status}">${LABELS[status]}</span>`
}
