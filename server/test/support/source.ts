/** Reads the project's own source for the house tests: files, imports, functions. Counts what it read. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const CODE_FOLDERS = ['contract', 'server', 'desk', 'widget', 'controls', 'tools', 'scripts', 'bin']
const SKIPPED = new Set(['node_modules', 'dist', 'golden', 'fixtures', 'fonts'])

export type SourceFile = { readonly path: string; readonly text: string }

/** Every source file below the code folders of a tree, by path from its root. */
export function sourceFiles(root: string, folders: readonly string[] = CODE_FOLDERS): SourceFile[] {
  const found: SourceFile[] = []
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) visit(path)
      else if (/\.(ts|tsx|mjs|js)$/.test(entry.name)) {
        found.push({ path: relative(root, path), text: readFileSync(path, 'utf8') })
      }
    }
  }
  for (const folder of folders) {
    try {
      visit(join(root, folder))
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

export type Import = {
  readonly from: string
  readonly specifier: string /** From the root, for our own files. */
  readonly target: string | null
}

/** Where a specifier of ours leads, as a path from the root; null for packages and node's own. */
function targetOf(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return relative('/', resolve('/', dirname(from), specifier))
  if (specifier.startsWith('#src/')) return `server/src/${specifier.slice('#src/'.length)}`
  if (specifier.startsWith('#test/')) return `server/test/${specifier.slice('#test/'.length)}`
  if (specifier.startsWith('@central-desk/contract/'))
    return `contract/src/${specifier.slice('@central-desk/contract/'.length)}`
  return null
}

/** Static, re-exported, dynamic and type-only imports alike. */
export function importsOf(file: SourceFile): Import[] {
  const { module } = parseSync(file.path, file.text)
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) => one.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map((one) =>
      file.text.slice(one.moduleRequest.start, one.moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    ),
  ]
  return specifiers.map((specifier) => ({ from: file.path, specifier, target: targetOf(file.path, specifier) }))
}

export type FunctionSpan = { readonly name: string; readonly firstLine: number; readonly lines: number }

type Node = { type: string; start: number; end: number; [key: string]: unknown }

/** Every function of a file with its length; a function's length does not count the functions inside it twice. */
export function functionsOf(file: SourceFile): FunctionSpan[] {
  const { program } = parseSync(file.path, file.text)
  const found: FunctionSpan[] = []
  const lineAt = (offset: number) => file.text.slice(0, offset).split('\n').length
  const visit = (node: unknown, name: string): void => {
    if (Array.isArray(node)) {
      for (const one of node) visit(one, name)
      return
    }
    if (node === null || typeof node !== 'object' || typeof (node as Node).type !== 'string') return
    const current = node as Node
    const label = nameOf(current) ?? name
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(current.type)) {
      const firstLine = lineAt(current.start)
      found.push({ name: label, firstLine, lines: lineAt(current.end) - firstLine + 1 })
    }
    for (const member of Object.values(current)) visit(member, label)
  }
  visit(program, 'the file')
  return found
}

function nameOf(node: Node): string | null {
  const id = (node.id ?? node.key) as { name?: string } | undefined
  return id && typeof id.name === 'string' ? id.name : null
}
