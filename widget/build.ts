/** Builds the widget into `widget/dist`, or into the folder that is named: `node widget/build.ts [folder]`. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const configFile = fileURLToPath(new URL('./vite.config.ts', import.meta.url))

export async function buildWidget(folder?: string): Promise<void> {
  const outDir = folder && resolve(folder)
  await build({
    configFile,
    configLoader: 'native',
    logLevel: 'warn',
    build: outDir ? { outDir, emptyOutDir: true } : {},
  })
}

if (import.meta.main) await buildWidget(process.argv[2])
