/** A table of the generated pages; a cell may hold anything but the end of its row. */
export function markdownTable(heads, rows) {
  return [heads, heads.map(() => '---'), ...rows]
    .map(
      (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`,
    )
    .join('\n');
}
