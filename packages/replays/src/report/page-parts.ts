import { escaped } from '@weir/backtest';
import type { Chart, Plot } from '@weir/backtest';

/** A table whose first column names its rows; it scrolls where the screen is too narrow. */
export function tableHtml(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = header.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const body = rows.map(
    ([name = '', ...cells]) =>
      `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;
export const noted = (text: string): string => `<p class="note">${escaped(text)}</p>`;

/** A chart, and below it in words what it shows; who has it read out hears that once. */
export const figure = (plot: Plot, chart: Chart): string =>
  `<figure>${plot.chartSvg(chart)}<figcaption aria-hidden="true"><strong>${escaped(chart.title)}.</strong> ${escaped(chart.description)}</figcaption></figure>`;
