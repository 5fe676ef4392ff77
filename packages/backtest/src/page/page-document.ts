import { escaped } from './svg.ts';

const style = `
:root { color-scheme: light dark; --text: #1d2329; --quiet: #59636e; --line: #d5dbe1; --back: #ffffff; --genuine: #3f76b5; --fraud: #c2570c; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6eaee; --quiet: #9aa5b1; --line: #38414a; --back: #14181c; --genuine: #7fb0e6; --fraud: #f2a15f; }
}
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p.note { color: var(--quiet); margin: 0.25rem 0; }
svg { width: 100%; height: auto; }
svg text { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--line); } .axis { stroke: var(--quiet); }
rect.genuine, .key.genuine { fill: var(--genuine); background: var(--genuine); }
rect.fraud, .key.fraud { fill: var(--fraud); background: var(--fraud); }
.threshold { stroke: var(--text); stroke-dasharray: 4 3; }
.curve { fill: none; stroke-width: 2; } .own { stroke: var(--fraud); } .other { stroke: var(--genuine); stroke-dasharray: 5 3; }
.key { display: inline-block; width: 0.8em; height: 0.8em; margin: 0 0.3em 0 1em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.5rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
`;

/**
 * An HTML page that needs nothing else, in light and dark: it may be kept or sent to somebody. `body` is
 * markup, whose texts went through escaped(); `title` is text. `styles` joins the style of all pages.
 */
export const pageDocument = (title: string, body: string, styles = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}${styles}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
