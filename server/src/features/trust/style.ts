/** The look of the security page: one column, the colours of the desk, light and dark as the reader’s system is. */
export const STYLE = `
:root{color-scheme:light dark;--bg:light-dark(#fff,#101418);--panel:light-dark(#f6f7f8,#161b20);--text:light-dark(#14181c,#eceff2);--text-2:light-dark(#4a545d,#b4bec7);--line:light-dark(#e1e5e8,#262e35);--accent:light-dark(#0b6b62,#3cc7b5);--focus:light-dark(#0b6b62,#7fe3d5);--ok:light-dark(#17693a,#6fd597);--ok-soft:light-dark(#e2f5e9,#0f2e1b);--danger:light-dark(#b42318,#ff8a80);--danger-soft:light-dark(#fdecea,#3b1613);--warn:light-dark(#8a5300,#f5b85a);--warn-soft:light-dark(#fff1d6,#35250a);--info:light-dark(#1c5fb0,#84b8ff);--info-soft:light-dark(#e5f0fc,#10253f);--grey:light-dark(#3f4952,#c3ccd4);--grey-soft:light-dark(#e8ebee,#2a323a)}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:3.5rem 1.25rem 4rem}
.brand{margin:0;color:var(--accent);font-weight:650}
h1{margin:.25rem 0 1rem;font-size:2.25rem;line-height:1.15;letter-spacing:-.02em}
h2{margin:0 0 .75rem;font-size:1.25rem;letter-spacing:-.01em;scroll-margin-top:1.5rem}
p{margin:.5rem 0}
.lead{font-size:1.125rem;color:var(--text-2)}
.small{font-size:.875rem;color:var(--text-2)}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
code{font:.85em ui-monospace,monospace;background:var(--panel);padding:.1em .35em;border-radius:4px;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
.bar{display:block;width:100%;height:.625rem;margin:1.75rem 0 0;border-radius:1rem;overflow:hidden;background:var(--grey-soft)}
.bar rect{fill:var(--grey-soft)}
.bar .proven{fill:var(--ok)}
.bar .failing{fill:var(--danger)}
.bar .stale{fill:var(--warn)}
.bar .planned{fill:var(--info)}
.tally{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;margin:1.25rem 0 .75rem;font-variant-numeric:tabular-nums}
.tally b{font-size:1.25rem;font-weight:650}
nav{margin:2rem 0 0;padding:.5rem 1.25rem;border-radius:10px;background:var(--panel)}
nav li{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 1rem;padding:.2rem 0}
nav a{padding:.1rem 0;color:var(--text);font-weight:550;text-decoration:none}
nav a:hover{color:var(--accent);text-decoration:underline}
nav .failing{color:var(--danger)}
section,footer{margin-top:3.25rem}
.claims>li{padding:1rem 0;border-top:1px solid var(--line);scroll-margin-top:1rem}
.claims>li:target{background:var(--panel);box-shadow:0 0 0 .75rem var(--panel);border-radius:2px}
.line{display:flex;align-items:flex-start;justify-content:space-between;gap:1rem}
.sentence{margin:0;font-weight:550}
.why{margin:.25rem 0 0;color:var(--text-2)}
.chip{flex:none;display:inline-block;padding:.05rem .6rem;border-radius:1rem;font-size:.8125rem;font-weight:600;white-space:nowrap;background:var(--grey-soft);color:var(--grey)}
.chip.proven{background:var(--ok-soft);color:var(--ok)}
.chip.failing{background:var(--danger-soft);color:var(--danger)}
.chip.stale{background:var(--warn-soft);color:var(--warn)}
.chip.planned{background:var(--info-soft);color:var(--info)}
details{margin-top:.5rem}
summary{width:max-content;max-width:100%;padding:.25rem 0;cursor:pointer;color:var(--text-2);font-size:.875rem;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";display:inline-block;width:.4rem;height:.4rem;margin:0 .6rem .15rem .15rem;border:solid currentColor;border-width:0 2px 2px 0;transform:rotate(-45deg)}
[open]>summary::before{transform:rotate(45deg);margin-bottom:.2rem}
details>:not(summary){margin-left:1.15rem}
summary:hover{color:var(--accent)}
.attacks li{margin:.5rem 0;padding-left:.75rem;border-left:2px solid var(--line)}
.result{font-weight:600}
.result.pass{color:var(--ok)}
.result.fail,.result.error{color:var(--danger)}
.result.skipped{color:var(--text-2)}
dl div{display:flex;gap:1rem;align-items:baseline;padding:.4rem 0}
dt{flex:0 0 9.5rem}
dd{margin:0;color:var(--text-2)}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (min-width:72rem){main{display:grid;max-width:68rem;grid-template-columns:46rem 1fr;column-gap:4rem}header,.sections,footer{grid-column:1}nav{grid-column:2;grid-row:1/4;align-self:start;position:sticky;top:2rem;max-height:calc(100vh - 4rem);overflow:auto;margin-top:5.5rem;padding:.75rem 1.25rem;font-size:.9375rem}nav .small{font-size:.8125rem}nav li{flex-direction:column;gap:0;padding:.3rem 0}}
@media (max-width:34rem){main{padding-top:2rem}h1{font-size:1.875rem}.line{flex-direction:column;gap:.4rem}dl div{flex-direction:column;gap:.1rem}dt{flex:none}}
@media print{details{display:block}summary{display:none}}
`
