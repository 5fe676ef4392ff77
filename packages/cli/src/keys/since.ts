import { parseInstant } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The beginning that "24h" or a time means, in milliseconds since the Unix epoch; 0 where nothing is said. */
export function sinceMsOf(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0;
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const lengthMs = unitMs[unit];
  if (count !== undefined && lengthMs !== undefined) return nowMs - Number(count) * lengthMs;
  const at = parseInstant(text);
  if (at.ok) return at.epochMs;
  throw new CommandError(
    exitCodes.usage,
    '--since takes 30m, 24h, 7d, or a time such as 2026-01-05T08:00:00Z',
  );
}
