// `npm start -- [--empty] [--role=web|worker|all]`: everything from a fresh clone to a running desk. Installs and
// builds what is missing, then hands its flags to the server and stays until that ends; its exit code is ours. The server
// ends when this script does, also when it was killed.
import { join } from 'node:path'
import { ensureInstalled, root, runPinned } from './bootstrap.mjs'
import { ensureBuilt } from './build-screens.mjs'

await ensureInstalled()
const code = await ensureBuilt()
if (code !== 0) {
  process.stderr.write('The screens could not be built; the words of the build stand above.\n')
  process.exit(code)
}
const server = [join(root, 'server', 'src', 'main.ts'), ...process.argv.slice(2)]
process.exit(await runPinned(server, { isHeld: true }))
