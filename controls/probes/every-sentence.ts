/** The served page holds every sentence of the security page, each beside a claim with an honest status. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SafeProbe } from './probe.ts'

const PAGE = join(import.meta.dirname, '..', 'claims', 'page.txt')
const STATUSES = ['proven', 'attested', 'stale', 'failing', 'not_in_force', 'planned']
const SENTENCES_MIN = 50

type ServedClaim = { id: string; sentence: string; status: string; reason: string }

export const everySentence: SafeProbe = {
  name: 'every-sentence',
  isSafe: true,
  async run(target, exam) {
    const caller = target.caller()
    const page = await caller.raw('GET', '/security')
    const served = await caller.raw('GET', '/security/claims.json')
    exam.control('the page and its claims are served to anybody', page.status === 200 && served.status === 200)
    const shown = plainText(page.text)
    const claims = (served.body?.claims ?? []) as ServedClaim[]
    const sentences = sentencesOf(readFileSync(PAGE, 'utf8'))
    exam.control('the security page has its sentences', sentences.length >= SENTENCES_MIN)
    for (const sentence of sentences) {
      exam.attempt(`the page leaves out: ${sentence}`, shown.includes(sentence))
      const isClaimed = claims.some((claim) => claim.sentence.includes(sentence) || sentence.includes(claim.sentence))
      exam.attempt(`nobody claims: ${sentence}`, isClaimed)
    }
    for (const claim of claims) {
      exam.attempt(`${claim.id} has no honest status`, STATUSES.includes(claim.status) && claim.reason.length > 0)
    }
  },
}

/** The first line and list items are a sentence each; a line that ends with a full stop holds one or more; the rest are headings. */
function sentencesOf(page: string): string[] {
  return page
    .split('\n')
    .flatMap((line, at) => {
      if (at === 0) return [line]
      if (line.startsWith('- ')) return [line.slice(2)]
      return line.endsWith('.') ? line.split(/(?<=[.?])\s+(?=[A-Z])/) : []
    })
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

function plainText(html: string): string {
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
  return html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
}
