import type { AmountsChart } from './amounts-chart.ts';

/** Some 40 KB each. The mails of one notification are sent close to each other. */
const mostCharts = 8;

/** The chart of a notification as a PNG; undefined where it can't be drawn. */
export type ChartOf = (notificationId: string, chart: AmountsChart) => Promise<Uint8Array | undefined>;

/** Draws the chart of a notification once for all its addresses, and keeps the last few. */
export function createChartCache(draw: (chart: AmountsChart) => Promise<Uint8Array | undefined>): ChartOf {
  const kept = new Map<string, Promise<Uint8Array | undefined>>();
  return (notificationId, chart) => {
    const known = kept.get(notificationId);
    if (known !== undefined) return known;
    const drawing = draw(chart);
    kept.set(notificationId, drawing);
    const forget = (): void => {
      if (kept.get(notificationId) === drawing) kept.delete(notificationId);
    };
    // What couldn't be drawn is tried again for the next address.
    drawing.then((png) => png ?? forget(), forget);
    if (kept.size > mostCharts) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    return drawing;
  };
}
