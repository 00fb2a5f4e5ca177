/**
 * Opens every style sheet with the order of the layers. Chunks arrive in any order, and the first sheet that names a
 * layer would otherwise decide which one wins.
 */
import type { Plugin } from 'vite'

const ORDER = '@layer tokens, base, ui, app;\n'

export function layerOrder(): Plugin {
  return {
    name: 'layer-order',
    enforce: 'pre',
    transform(code, id) {
      return /\/src\/[^?]*\.css(\?|$)/.test(id) ? { code: ORDER + code, map: null } : undefined
    },
  }
}
