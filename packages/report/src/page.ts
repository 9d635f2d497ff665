import { escapeHtml } from './escape-html.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d9dee5; --paper: #fff; --accent: #b3402a; --bar: #7d93ab;
  --one: #3d6d9e; --two: #c2571f; --three: #4b8b3b; --four: #8a5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b5; --line: #333c47; --paper: #14181d; --accent: #ff8a6b; --bar: #5f7690;
  --one: #7fb0e0; --two: #f0955a; --three: #8ccb78; --four: #c39ae0; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 860px; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
body.wide { max-width: 1200px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin: 0; }
p { max-width: 72ch; } p.lead { color: var(--soft); margin-top: 0; }
.note { max-width: none; border-left: 4px solid var(--bar); padding: .4rem .8rem; background: color-mix(in srgb, var(--bar) 12%, transparent); font-size: .95rem; }
.caption, figcaption { color: var(--soft); font-size: .85rem; margin: .4rem 0 .6rem; max-width: none; }
figure { margin: 0; } img { display: block; width: 100%; border-radius: 4px; background: #000; }
.columns { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); }
.panels { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); margin: 1.5rem 0; }
.bars { display: grid; gap: 4px; font-size: .88rem; } .bars .row { display: grid; grid-template-columns: 13rem 1fr 4rem; gap: 0 .6rem; align-items: center; line-height: 1.35; }
.panels .bars .row { grid-template-columns: 9.5rem 1fr 3.6rem; font-size: .82rem; }
.bars .track { position: relative; height: 1rem; background: color-mix(in srgb, var(--line) 45%, transparent); }
.bars b { position: absolute; inset: 0 auto 0 0; min-width: 2px; background: var(--bar); border-radius: 0 3px 3px 0; } .bars i { position: absolute; top: -3px; bottom: -3px; width: 2px; background: var(--accent); }
.bars span:last-child { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: break-word; } .bars .main { font-weight: 600; } .bars .main b { background: var(--accent); }
.forest .row { grid-template-columns: 13rem 1fr 10.5rem; } .forest .track { background: none; border-bottom: 1px solid var(--line); } .forest u { position: absolute; top: calc(50% - 1px); height: 2px; background: var(--bar); } .forest s { position: absolute; top: calc(50% - 4px); width: 9px; height: 9px; margin-left: -4px; background: var(--bar); transform: rotate(45deg); }
.forest i { opacity: .6; } .forest .main u, .forest .main s { background: var(--accent); } .forest .ends { display: flex; justify-content: space-between; color: var(--soft); font-size: .75rem; } .forest em { font-style: normal; }
.plot { position: relative; height: 240px; margin: .4rem 0 1.6rem 3.2rem; } .plot svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.plot polyline, .plot line { vector-effect: non-scaling-stroke; fill: none; } .plot line { stroke: var(--line); }
.plot span { position: absolute; font-size: .75rem; line-height: 1; color: var(--soft); white-space: nowrap; } .plot .y { right: 100%; transform: translate(-.4rem, -50%); } .plot .x { top: 100%; transform: translate(-50%, .4rem); } .plot .x:last-child { transform: translate(-100%, .4rem); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; } .legend i { display: inline-block; width: 1em; height: 3px; margin-right: .4em; vertical-align: middle; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; } td, th { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; color: var(--soft); } .facts td, .facts th { text-align: left; } .facts th { width: 32%; }
.scroll { overflow-x: auto; } .cells { font-variant-numeric: tabular-nums; overflow-wrap: normal; } .cells td, .cells th { text-align: right; padding: .3rem .6rem; white-space: nowrap; }
.cells th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); color: var(--ink); }
@media (max-width: 560px) { body > .bars .row { grid-template-columns: 1fr 4rem; } body > .forest .row { grid-template-columns: 1fr 10.5rem; } body > .bars .row span:first-child { grid-column: 1 / 3; } .plot .x.even { display: none; }
  .cells th:first-child { white-space: normal; min-width: 7rem; max-width: 42vw; } }
`;

/** What `page` draws. */
export interface PageContent {
  /** The heading, also the title of the window. Plain text. */
  readonly title: string;
  /** Below the heading. Plain text. @default none */
  readonly lead?: string | undefined;
  /** HTML, one part after the other: `lineChart`, `bars`, `table`, `facts`, `picture`, or your own. */
  readonly body: readonly string[];
  /** Up to 1200 pixels wide and not 860: for many panels. @default false */
  readonly wide?: boolean | undefined;
}

/**
 * One HTML page that needs nothing beside it: no script, no font, no file. It follows the reader's light or dark scheme, and is
 * readable from 320 pixels of width.
 */
export function page({ title, lead, body, wide }: PageContent): string {
  const heading = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>${STYLE}</style>
</head>
<body${wide ? ' class="wide"' : ''}>
<h1>${heading}</h1>
${lead === undefined ? '' : `<p class="lead">${escapeHtml(lead)}</p>`}
${body.join('\n')}
</body>
</html>
`;
}
