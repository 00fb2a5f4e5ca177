/**
 * How the desk is built: to `dist`, hashed files under `/assets`, nothing inline. `index.html` is a template: the server
 * replaces every `__NONCE__` with the nonce of the response. Chunks are cut so that the first load (inbox) stays small
 * and search, settings, contacts and the palette come when they are wanted.
 */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { bootScript } from './build/boot-script.ts'
import { makeFonts } from './build/fonts.ts'
import { layerOrder } from './build/layer-order.ts'
import { slimContract } from './build/slim-contract.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: '/',
  html: { cspNonce: '__NONCE__' },
  plugins: [{ name: 'fonts', buildStart: () => makeFonts() }, layerOrder(), slimContract(), bootScript(), react()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|react-router)[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
})
