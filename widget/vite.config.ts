/**
 * How the widget is built: `dist/loader.js` (one classic script, served as /widget.js), `dist/index.html` (template of
 * /widget/:inboxKey; the server replaces every `__NONCE__`) and hashed files in `dist/widget-assets`, served under
 * /widget-assets. One build makes all of it, so that a loader never meets an app of another version.
 */
import { fileURLToPath } from 'node:url'
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const ASSETS = 'widget-assets'
/** Chromium 109 is the last on Windows 7; Safari 16.4 is the first with adoptedStyleSheets. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16.4']
/** Styles use nothing that needs rewriting for the browsers above; a newer target keeps the minifier from adding to them. */
const STYLE_BROWSERS = ['chrome123', 'firefox121', 'safari17.5']

function loaderConfig(outDir: string): InlineConfig {
  return {
    root: here('.'),
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: false,
      target: BROWSERS,
      cssTarget: STYLE_BROWSERS,
      rolldownOptions: {
        input: here('src/loader/loader.ts'),
        output: { format: 'iife', entryFileNames: 'loader.js' },
      },
    },
  }
}

/** Builds the loader into the same folder once the app is written. */
function loader(): Plugin {
  let outDir = ''
  return {
    name: 'loader',
    configResolved(config) {
      outDir = config.build.outDir
    },
    async closeBundle() {
      await build(loaderConfig(outDir))
    },
  }
}

export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: false,
  html: { cspNonce: '__NONCE__' },
  plugins: [loader()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: BROWSERS,
    cssTarget: STYLE_BROWSERS,
    assetsDir: ASSETS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
