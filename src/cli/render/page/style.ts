/** How the page looks, and what its buttons do: no fonts, pictures or programs of others. */

import { html } from './html.ts'

export const STYLE = html`
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --line: #dfe3e8; --text: #1b2430; --faint: #5c6875; --accent: #1f5fd0;
  --good: #13733a; --good-back: #e2f4e8; --bad: #b3261e; --bad-back: #fdeae8; --warning: #865400; --warning-back: #fff3d9;
  --server: #51607a; --boot: #d98a1f; --write: #2f6fe0; --verify: #12939e; --snapshot: #7e4fd0; --publish: #2f9a55; --clean-up: #b4bdc9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #11151b; --card: #191f27; --line: #2d3642; --text: #e4e9ef; --faint: #9aa6b4; --accent: #8ab4ff;
    --good: #7fd6a0; --good-back: #17341f; --bad: #ff9d94; --bad-back: #3f1c1a; --warning: #f2c268; --warning-back: #3a2c10;
    --server: #8b9bb5; --boot: #e8a548; --write: #6d9ef5; --verify: #3fb9c4; --snapshot: #a985ec; --publish: #58bd7d; --clean-up: #566275;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { overflow-wrap: anywhere; max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.35rem; }
h3 { margin: 0; font-size: 1.05rem; }
p { margin: .25rem 0; }
.faint, footer { color: var(--faint); font-size: .875rem; }
.card { margin-top: 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; break-inside: avoid; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
.head .faint { margin-left: auto; }
.badge { padding: .05rem .55rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; background: var(--line); }
.badge.good { color: var(--good); background: var(--good-back); }
.badge.bad { color: var(--bad); background: var(--bad-back); }
.badge.warning { color: var(--warning); background: var(--warning-back); }
.card.bad { border-left: 4px solid var(--bad); }
.card.warning { border-left: 4px solid var(--warning); }
.said { margin: .5rem 0 0; padding: 0; list-style: none; }
.said li { padding: .4rem 0; border-top: 1px solid var(--line); }
.said li:first-child { border-top: 0; }
.lanes { margin-top: .75rem; }
.lane { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr) 8rem; gap: 0 .75rem; font-size: .9rem; align-items: center; }
.lane > :last-child { text-align: right; color: var(--faint); font-size: .875rem; }
svg { display: block; overflow: visible; }
.axis text { fill: var(--faint); font-size: 11px; }
.grid { stroke: var(--line); }
.server { fill: var(--server); } .boot { fill: var(--boot); } .write { fill: var(--write); } .verify { fill: var(--verify); }
.snapshot { fill: var(--snapshot); } .publish { fill: var(--publish); } .clean-up { fill: var(--clean-up); }
rect.failed { fill: var(--bad); } rect.interrupted { fill: var(--warning); }
rect { stroke: var(--card); stroke-width: 1px; }
.note { fill: var(--card); stroke: var(--warning); stroke-width: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; margin: .75rem 0 0; padding: 0; list-style: none; color: var(--faint); font-size: .8rem; }
.legend svg { display: inline-block; margin-right: .35rem; vertical-align: -1px; }
.steps { margin: .75rem 0; }
dl { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); gap: .25rem .75rem; margin: .75rem 0 0; font-size: .9rem; }
details { margin-top: .75rem; font-size: .9rem; }
summary { color: var(--accent); cursor: pointer; }
dt { color: var(--faint); }
dd { margin: 0; }
code, pre { font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dd code { user-select: all; }
.labels { display: flex; flex-wrap: wrap; gap: .25rem .4rem; }
.labels code { padding: 0 .4rem; border: 1px solid var(--line); border-radius: 5px; }
.copy { position: relative; margin-top: .5rem; }
pre { margin: 0; padding: .75rem 1rem; overflow-x: auto; background: var(--back); border: 1px solid var(--line); border-radius: 8px; }
button { position: absolute; top: .4rem; right: .4rem; padding: .2rem .7rem; color: var(--accent); background: var(--card); border: 1px solid var(--line); border-radius: 6px; font: inherit; font-size: .8rem; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--accent); }
[hidden] { display: none; }
footer { margin-top: 2.5rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem .75rem 2rem; }
  .card { padding: .85rem .9rem; }
  .lane { grid-template-columns: minmax(0, 1fr) auto; padding: .15rem 0; }
  .lane > :nth-child(2) { grid-row: 2; grid-column: 1 / -1; }
  .head .faint { margin-left: 0; width: 100%; }
  button { position: static; margin-top: .4rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dt { margin-top: .4rem; }
}
@media print {
  :root {
    color-scheme: light;
    --back: #fff; --card: #fff; --line: #ccc; --text: #000; --faint: #444; --accent: #000;
    --good: #13733a; --good-back: #fff; --bad: #b3261e; --bad-back: #fff; --warning: #865400; --warning-back: #fff;
    --server: #51607a; --boot: #d98a1f; --write: #2f6fe0; --verify: #12939e; --snapshot: #7e4fd0; --publish: #2f9a55; --clean-up: #b4bdc9;
  }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  button, summary { display: none; }
  details::details-content { content-visibility: visible; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`

/** Buttons that copy what stands before them. Without it they are not shown. */
export const SCRIPT = html`
for (const button of document.querySelectorAll('.copy button')) {
  const source = button.previousElementSibling
  button.hidden = false
  button.addEventListener('click', async () => {
    getSelection().selectAllChildren(source)
    try {
      await navigator.clipboard.writeText(source.textContent)
    } catch {
      document.execCommand('copy')
    }
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
}
`
