/** The look of the report: contents that stay, charts of boxes whose letters keep their size on a narrow page. */
import { colours } from './colours';

export const STYLE = `
${colours(':root')}
:root { color-scheme: light dark; scroll-padding-top: 1rem; background: var(--paper); color: var(--ink); }
body { font: 15px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 12rem minmax(0, 62rem); gap: 2rem; justify-content: center; margin: 0; padding: 1.5rem 1rem; }
nav { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow-y: auto; font-size: .85rem; }
nav a { display: block; padding: .15rem .5rem; border-left: 2px solid var(--rim); color: var(--soft); text-decoration: none; } nav a:hover { color: var(--ink); border-color: var(--ink); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; border-bottom: 1px solid var(--rim); } h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; }
.status { font-weight: 600; } .verdict { padding-left: 1.2rem; } .story { display: block; width: 100%; max-width: 52rem; height: auto; margin: 1rem 0; }
.table { display: grid; max-width: max-content; overflow-x: auto; margin: .6rem 0; } table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid var(--rim); vertical-align: top; } th { background: var(--shade); }
td:first-child, td.n { white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; } td.long { min-width: 14rem; } .none { color: var(--soft); } .version { color: var(--v); font-weight: 650; }
summary { cursor: pointer; color: var(--soft); padding: .3rem 0; }
.key { font-size: .85rem; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .3rem 0; } .key i { display: inline-block; width: .9rem; height: .6rem; margin-right: .4rem; background: var(--v); } .key .rule i { background: var(--rule); }
.unversioned { --v: var(--soft); } .rule { --v: var(--rule); } .failed { --v: var(--bad); }
.lanes, .bars { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem .6rem; font-size: .8rem; align-items: center; margin: .5rem 0; }
.lanes div { position: relative; height: 1.3rem; background: var(--shade); } .lanes i { position: absolute; top: 15%; height: 70%; min-width: 2px; background: var(--v); } .lanes .ends { display: flex; justify-content: space-between; background: none; color: var(--soft); }
.bars { grid-template-columns: max-content minmax(0, 1fr) max-content; line-height: 1.25; } .bars div { position: relative; height: .75rem; background: var(--shade); } .bars i { position: absolute; top: 0; bottom: 0; min-width: 1px; background: var(--v); } .bars b { font-weight: 400; text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: .8rem 1.6rem; margin: .6rem 0; } .many.small { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); } figure { margin: 0; break-inside: avoid; min-width: 0; } figcaption { font-size: .8rem; }
.histogram { display: block; width: 100%; height: 3.4rem; border-bottom: 1px solid var(--soft); fill: var(--v); } .ends { font-size: .7rem; display: flex; justify-content: space-between; color: var(--soft); }
.heat { table-layout: fixed; width: 100%; margin: .6rem 0; } .heat th, .heat td { padding: 0; border: 1px solid var(--paper); font-size: .62rem; line-height: 1.7; text-align: center; white-space: nowrap; overflow: hidden; } .heat th { background: none; font-weight: 400; } .heat th.over { color: var(--v); font-weight: 650; overflow: visible; } .heat th:first-child { width: 10.5rem; text-align: right; padding-right: .4rem; font-size: .8rem; } .heat .days th + th { writing-mode: vertical-rl; height: 2.6rem; text-align: right; } .heat td { background: color-mix(in srgb, var(--under) var(--r), var(--paper)); } .heat td.over { background: color-mix(in srgb, var(--over) var(--r), var(--paper)); } .heat td.void { background: var(--shade); }
.calibration { display: block; width: 100%; max-width: 22rem; height: auto; font-size: 11px; fill: var(--soft); } .calibration path { fill: none; stroke: var(--v); stroke-width: 2; } .calibration .axis { stroke: var(--rim); stroke-width: 1; } .calibration .ideal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; } .calibration circle { fill: var(--v); }
@media (max-width: 60rem) {
  body { display: block; padding: 0 1rem 1rem; } :root { scroll-padding-top: 3rem; }
  nav { top: 0; z-index: 1; display: flex; overflow-x: auto; white-space: nowrap; margin: 0 -1rem 1rem; background: var(--paper); border-bottom: 1px solid var(--rim); } nav a { border: 0; padding: .6rem .7rem; }
  .heat td span, .heat .days { display: none; } .heat th:first-child { width: 8.5rem; font-size: .7rem; } .heat td { line-height: 1.1rem; }
}
@media print {
  body { display: block; font-size: 9pt; padding: 0; } nav { display: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; height: auto; } .table { overflow: visible; max-width: none; display: block; } table { font-size: 6.5pt; } th, td { padding: .1rem .25rem; overflow-wrap: anywhere; } td:first-child, td.n { white-space: normal; } td.long { min-width: 0; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; } .heat td span { display: none; }
}`;
