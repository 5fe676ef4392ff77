import type { Progress } from '@weir/backtest';

/** Says how far a backtest is, how fast, and how much longer it takes at that pace. Times in milliseconds of one clock. */
export const createProgressLine =
  (startedMs: number) =>
  ({ rows, bytesRead, bytesTotal }: Progress, nowMs: number): string => {
    const seconds = Math.max(0.001, (nowMs - startedMs) / 1000);
    const share = bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
    const left = share === 0 ? undefined : (seconds * (1 - share)) / share;
    const pace = `${Math.round(rows / seconds).toLocaleString('en')} rows/s`;
    const remaining = left === undefined ? '' : `, about ${timeLeft(left)} left`;
    return `${rows.toLocaleString('en')} rows (${String(Math.floor(share * 100))} %), ${pace}${remaining}`;
  };

function timeLeft(seconds: number): string {
  if (seconds < 90) return `${String(Math.ceil(seconds))} s`;
  return seconds < 5_400 ? `${String(Math.ceil(seconds / 60))} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
