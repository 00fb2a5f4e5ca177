/** What a browser loads, compressed as it is sent: the desk's first screen, the widget's loader, and its chat. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Result, resultOf } from './document.ts'
import { BenchRefusal } from './refusal.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

function kilobytes(file: string): number {
  return gzipSync(readFileSync(file), { level: 9 }).byteLength / 1000
}

/** Scripts that a page names itself: what stands between the reader and the first list. */
function scriptsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map(([, file = '']) => file)
}

function sum(dist: string, page: string): number {
  const scripts = scriptsOf(join(dist, page))
  if (scripts.length === 0) throw new BenchRefusal(`${page} names no script`)
  return scripts.reduce((all, file) => all + kilobytes(join(dist, file)), 0)
}

export function measureBundles(): Result[] {
  const [desk, widget] = [join(ROOT, 'desk/dist'), join(ROOT, 'widget/dist')]
  if (![desk, widget].every((dist) => existsSync(dist))) throw new BenchRefusal('the screens are not built')
  const size = (name: string, value: number, gate: number, aim: number, what: string) =>
    resultOf({
      ...{ name, unit: 'KB', ours: [value], target: { op: '<=', value: gate } },
      note: `${what}, gzip; the aim is ${aim} KB`,
    })
  return [
    size('bundle.desk', sum(desk, 'index.html'), 190, 150, 'script of the first screen'),
    size('bundle.loader', kilobytes(join(widget, 'loader.js')), 3, 1.5, 'the widget’s loader'),
    size('bundle.widget', sum(widget, 'index.html'), 35, 10, 'the widget’s chat'),
  ]
}
