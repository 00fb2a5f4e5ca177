/**
 * The loader's own style, as text for a constructed sheet: a host page's CSP allows that without 'unsafe-inline'.
 * Every byte here is paid by every page view of every host site. Only a modal panel (a phone, once the chat works)
 * covers the page; until then the button stays in reach.
 */
export const css = `:host{all:initial!important}
section{position:fixed;bottom:20px;right:20px;z-index:2147483000}
button{display:block;width:56px;height:56px;border:0;padding:0;border-radius:28px;background:var(--colour);color:var(--ink);box-shadow:0 0 0 1px #fff8,0 4px 16px #0004;cursor:pointer;forced-color-adjust:none}
button:focus-visible{outline:2px solid var(--ink);box-shadow:0 0 0 4px var(--colour)}
button:before{content:"";display:block;width:24px;height:24px;margin:auto;background:var(--ink);clip-path:path("M5 2h14a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4h-6l-6 5v-5H5a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4z")}
[aria-expanded=true]:before{clip-path:path("m3 9 2-2 7 7 7-7 2 2-9 9z")}
b{position:absolute;top:-4px;right:-4px;min-width:14px;padding:0 4px;border-radius:11px;background:#b42318;color:#fff;font:600 12px/22px system-ui}
b:empty{display:none}
dialog{position:fixed;inset:auto 20px 88px auto;margin:0;padding:0;border:0;width:384px;height:640px;max-width:calc(100% - 40px);max-height:calc(100% - 108px);border-radius:16px;overflow:hidden;background:Canvas;color-scheme:light dark;box-shadow:0 0 0 1px #0002,0 8px 40px #0004}
.left,.left dialog{right:auto;left:20px}
:modal{inset:0!important;width:auto;height:auto;max-width:none;max-height:none;border-radius:0}
iframe{border:0;width:100%;height:100%}`
