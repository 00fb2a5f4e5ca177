/**
 * Lets the browser carry what it calls, not how the server checks it: a contract module that builds schemas is read
 * once under Node, and the bundle gets its endpoints as plain objects (method, path, kinds of body and reply) and its
 * word lists as they are. Schemas stay out, and with them the whole schema library. Types still come from the source.
 * Refuses to guess: importing a schema or a function from such a module is a build error ("is not exported").
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'

const CONTRACT_MODULE = /[\\/]contract[\\/]src[\\/][a-z-]+\.ts$/
const BUILDS_SCHEMAS = /from 'typebox'|from '\.\/shapes\.ts'/

interface Slim {
  name: string
  method: string
  path: string
  bodyKind: string
  replyKind: string
}

function isEndpoint(value: object): value is Slim {
  return 'access' in value && 'path' in value && 'method' in value
}

/** Arrays and records of plain words and numbers; a schema carries `~kind` marks or a `type`, so it never passes. */
function isPlain(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  if (Array.isArray(value)) return value.every(isPlain)
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false
  const names = Object.getOwnPropertyNames(value)
  return !names.some((name) => name.startsWith('~')) && names.every((name) => isPlain(Reflect.get(value, name)))
}

function slimExport(name: string, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isEndpoint(value)) {
    const { method, path, bodyKind, replyKind } = value
    return `export const ${name} = ${JSON.stringify({ name: value.name, method, path, bodyKind, replyKind })}`
  }
  return isPlain(value) ? `export const ${name} = ${JSON.stringify(value)}` : undefined
}

export function slimContract(): Plugin {
  return {
    name: 'slim-contract',
    enforce: 'pre',
    async load(id) {
      const file = id.split('?')[0] ?? id
      if (!CONTRACT_MODULE.test(file) || !BUILDS_SCHEMAS.test(readFileSync(file, 'utf8'))) return undefined
      const module: Record<string, unknown> = await import(pathToFileURL(file).href)
      const lines = Object.entries(module).flatMap(([name, value]) => slimExport(name, value) ?? [])
      return { code: `${lines.join('\n')}\n`, moduleSideEffects: false }
    },
  }
}
