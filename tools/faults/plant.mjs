// Preloaded into a throw-away desk (`NODE_OPTIONS=--import=…`): changes one place of one source file while it is loaded,
// as PLANTED_FAULT says, and nothing on disk. The place must be found exactly once, or the desk does not start: a fault
// that is not there any more must not be taken for one that was caught.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { file, find, replace } = JSON.parse(process.env.PLANTED_FAULT ?? '{}')
if (!file) throw new Error('PLANTED_FAULT must name file, find and replace')
const url = pathToFileURL(join(import.meta.dirname, '..', '..', file)).href

registerHooks({
  load(asked, context, next) {
    const loaded = next(asked, context)
    if (asked !== url) return loaded
    const source = Buffer.from(loaded.source).toString('utf8')
    const places = source.split(find).length - 1
    if (places !== 1) throw new Error(`the place of the fault is in ${file} ${places} times, not once`)
    process.stderr.write(`A fault is planted in ${file}.\n`)
    return { ...loaded, source: source.replace(find, () => replace) }
  },
})
