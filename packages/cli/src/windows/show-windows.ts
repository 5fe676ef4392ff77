import { grouped, table } from '../terminal/table.ts';
import type { RebuiltWindows, UpkeepProgress, VerifiedWindows, WindowDifference } from './upkeep-messages.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * Puts how far the reading of the log is into one line, with how long the rest
 * will take at the pace so far, counted from the first word: what went before is
 * the start of the process.
 */
export function createReadingWords(nowMs: () => number): (progress: UpkeepProgress) => string {
  let first: { readonly done: number; readonly atMs: number } | undefined;
  return ({ done, total }) => {
    // A range that is read behind another one has a pace of its own.
    if (first === undefined || done < first.done) first = { done, atMs: nowMs() };
    const share = total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total));
    const [records, elapsedMs] = [done - first.done, nowMs() - first.atMs];
    const left =
      records === 0 || done >= total ? '' : `  about ${inWords(((total - done) * elapsedMs) / records)} left`;
    return `${share} %  ${grouped(done)} of ${grouped(Math.max(done, total))} records read${left}`;
  };
}

function inWords(durationMs: number): string {
  if (durationMs < minuteMs) return `${Math.max(1, Math.round(durationMs / 1_000))} s`;
  if (durationMs < hourMs) return `${Math.round(durationMs / minuteMs)} min`;
  return `${(durationMs / hourMs).toFixed(1)} h`;
}

const meanings: Readonly<Record<WindowDifference['difference'], string>> = {
  missing: 'records of the log are missing',
  extra: 'records that the log does not have',
  other: 'records that say something else than the log',
};

/** The outcome of a verification, for a person. Differences name accounts by pseudonym and never say a value. */
export function showVerified(
  { partitions, accounts, differing, withoutWindows, notVerified }: VerifiedWindows,
  differences: readonly WindowDifference[],
): string[] {
  const lines: string[] = [];
  for (const partition of withoutWindows)
    lines.push(
      `Partition ${partition} has no windows: they were lost, and are rebuilt as soon as detection runs.`,
    );
  for (const partition of notVerified)
    lines.push(
      `Partition ${partition} was not verified: its log deletes records faster than they can be read; try again.`,
    );
  if (differing > 0) {
    const rows = differences.map(({ partition, account, difference }) => [
      String(partition),
      account,
      meanings[difference],
    ]);
    lines.push(...table(['partition', 'account', 'its windows'], rows, [0]));
    const unsaid = differing - differences.length;
    if (unsaid > 0) lines.push(`and ${grouped(unsaid)} more`);
    lines.push('');
  }
  lines.push(
    differing === 0
      ? `The windows of ${grouped(accounts)} accounts in ${partitions} partitions are what the log says.`
      : `The windows of ${grouped(differing)} of ${grouped(accounts)} accounts DIFFER from the log; see the runbook "windows differ".`,
  );
  return lines;
}

/** The outcome of a rebuild, and what comes next. */
export function showRebuilt(
  { plan, partitions, inForce }: RebuiltWindows,
  options: { readonly redis?: string; readonly activate?: true },
): string[] {
  const filled = `The windows of ${plan} are filled in ${partitions} partitions.`;
  if (options.redis !== undefined)
    return [
      filled,
      'Give the workers the new REDIS_URL and start them again: they go on from where these windows end.',
    ];
  if (inForce === partitions) return [`${plan} is in force in all ${partitions} partitions.`];
  if (options.activate)
    return [
      `${plan} is in force in ${inForce} of ${partitions} partitions; the others switch by themselves when detection comes that far.`,
    ];
  return [filled, `Bring the plan into force: npx weir windows rebuild --plan ${plan} --activate`];
}
