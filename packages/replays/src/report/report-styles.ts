/** Beside the style of all pages. Colours are never alone: outcomes are said in words, points have shapes. */
export const reportStyles = `
:root { --calm: #2f7d4f; --now: #a3195b; --soft: #f3f5f7; }
@media (prefers-color-scheme: dark) { :root { --calm: #6fcf97; --now: #ff8fc0; --soft: #1d2329; } }
.answer { font-size: 1.25rem; font-weight: 600; border-left: 4px solid var(--now); background: var(--soft); padding: 0.75rem 1rem; }
.answer.clean { border-color: var(--calm); }
.warning { border-left: 3px solid var(--fraud); padding-left: 0.75rem; }
h3 { font-size: 0.95rem; overflow-wrap: anywhere; margin: 1.5rem 0 0.25rem; }
caption { text-align: left; color: var(--quiet); padding: 0.75rem 0 0.25rem; }
.scroll th[scope=row] { font-weight: 400; overflow-wrap: anywhere; min-width: 7.5rem; } .scroll td { white-space: nowrap; }
figure { margin: 0.5rem 0 1.5rem; max-width: 34rem; } figcaption { color: var(--quiet); font-size: 0.9rem; }
svg .cleared { fill: var(--genuine); fill-opacity: 0.55; }
svg .neither { stroke: var(--quiet); stroke-width: 2; fill: none; }
svg .held { fill: var(--fraud); stroke: var(--back); }
svg .heldThen { fill: var(--back); stroke: var(--fraud); stroke-width: 2; }
svg .heldNow { fill: var(--now); stroke: var(--back); }
rect.square, rect.change { fill: var(--genuine); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; color: var(--quiet); }
.legend span { display: inline-flex; align-items: center; gap: 0.35rem; }
.sign { width: 1.1rem; height: 1.1rem; flex: none; }
.differences { padding-left: 0; list-style: none; }
.differences > li { border-top: 1px solid var(--line); padding: 0.75rem 0; break-inside: avoid; }
.differences p { margin: 0.15rem 0; overflow-wrap: anywhere; }
.differences table { width: auto; font-size: 0.9rem; }
.what { font-weight: 600; }
.outcome.held { color: var(--fraud); }
.kind { font-weight: 400; color: var(--quiet); font-size: 0.9rem; }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: 0.25rem 1rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 36rem) { th, td { padding: 0.3rem 0.25rem; font-size: 0.9rem; } } 
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; } }
`;
