import { parseInstant, streamNames, streams, type RejectionCode } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Which dead letters are asked for; what is left out keeps none of them back. */
export type LetterFilter = {
  readonly codes?: ReadonlySet<RejectionCode>;
  /** A source of ingest: what a feed or a connection is called. */
  readonly source?: string;
  /** The topic that the refused record stood on. */
  readonly topic?: string;
  /** Taken in by the log from here on and before that, in milliseconds since the Unix epoch. */
  readonly fromMs?: number;
  readonly toMs?: number;
};

/** The command's options as commander gives them. */
export type FilterOptions = {
  readonly code?: readonly RejectionCode[];
  readonly source?: string;
  readonly stream?: string;
  readonly from?: string;
  readonly to?: string;
};

/** Whether a dead letter is asked for. Of one that can't be read only its time is known. */
export function isAskedFor({ rejections, origin, at }: DeadLetter, filter: LetterFilter): boolean {
  const { codes, source, topic } = filter;
  if (!isWithin(Date.parse(at), filter)) return false;
  if (codes !== undefined && !rejections.some(({ code }) => codes.has(code))) return false;
  if (source !== undefined && !(origin?.kind === 'source' && origin.source === source)) return false;
  return topic === undefined || (origin?.kind === 'topic' && origin.topic === topic);
}

/** Whether a time lies within what is asked for. */
export const isWithin = (timeMs: number, { fromMs = -Infinity, toMs = Infinity }: LetterFilter): boolean =>
  timeMs >= fromMs && timeMs < toMs;

/** The filter that the options mean. Throws CommandError where they mean none. */
export function readFilter({ code, source, stream, from, to }: FilterOptions, nowMs: number): LetterFilter {
  const fromMs = from === undefined ? undefined : timeOf('--from', from, nowMs);
  const toMs = to === undefined ? undefined : timeOf('--to', to, nowMs);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw wrong('--from', 'not before the time of --to');
  }
  return {
    ...(code === undefined ? {} : { codes: new Set(code) }),
    ...(source === undefined ? {} : { source }),
    ...(stream === undefined ? {} : { topic: topicOf(stream) }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
}

function topicOf(text: string): string {
  const name = streamNames.find((one) => one === text || streams[one].topic === text);
  if (name === undefined) throw wrong('--stream', 'expected a stream such as received, or its topic');
  return streams[name].topic;
}

const dayMs = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: dayMs };

/** An instant, so long ago, or a day of UTC: its beginning, and of --to its end. */
function timeOf(option: '--from' | '--to', text: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit] ?? 0);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const instant = parseInstant(isDay ? `${text}T00:00:00Z` : text);
  if (!instant.ok) {
    throw wrong(option, 'expected 2026-01-31, a time such as 2026-01-31T08:00:00Z, or 30m, 24h, 7d ago');
  }
  return instant.epochMs + (isDay && option === '--to' ? dayMs : 0);
}

const wrong = (option: string, why: string): CommandError =>
  new CommandError(exitCodes.usage, `${option}: ${why}`);
