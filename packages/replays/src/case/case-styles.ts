/** Beside the styles of pages and of reports. On paper everything is shown, in black on white. */
export const caseStyles = `
.answer.told { border-color: var(--quiet); }
.handle { overflow-wrap: anywhere; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; font-size: 0.85rem; }
ul.acts { margin: 0.25rem 0 0; padding-left: 1.1rem; } ul.acts li { overflow-wrap: anywhere; }
.scroll.files th[scope=row] { width: 40%; } .scroll.files td { white-space: normal; text-align: left; }
.scroll.files thead th { text-align: left; }
@media print {
  :root { color-scheme: light; --text: #000; --quiet: #444; --line: #bbb; --back: #fff; --soft: #fff; }
  body { margin: 0; max-width: none; font-size: 10.5pt; }
  .scroll, pre { overflow: visible; } pre { white-space: pre-wrap; }
  tr, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } thead { display: table-header-group; }
}
`;
