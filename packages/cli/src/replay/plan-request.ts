import { formatInstant, isPseudonymOf, parseInstant } from '@weir/contracts';
import type { ReplayRequest, ReplayTarget } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { fileText } from '../http/server-options.ts';

/** What a person says of a replay. */
export type PlanOptions = {
  readonly stream?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: 'log-time' | 'event-time';
  readonly offsets?: readonly string[];
  readonly account?: readonly string[];
  readonly tenant: string;
  readonly source?: readonly string[];
  readonly transaction?: readonly string[];
  readonly outcome?: readonly ('cleared' | 'held' | 'rejected' | 'duplicate')[];
  readonly rule?: readonly string[];
  readonly amountFrom?: number;
  readonly amountTo?: number;
  readonly versions: string;
  readonly rate?: number;
  readonly asFastAsItGoes?: true;
  readonly windowBytes?: number;
  readonly incomplete?: true;
  readonly compare?: true;
  readonly export?: 'ndjson' | 'csv';
  readonly shadow?: string;
  readonly drive?: string;
  readonly speed?: number;
};

/** Whether a range was given at all. */
export const namesRange = ({ from, to, offsets }: PlanOptions): boolean =>
  from !== undefined || to !== undefined || offsets !== undefined;

/**
 * What the API is asked for. An account that is typed in becomes a pseudonym by `pseudonymOf` before it leaves this
 * machine. Throws CommandError (64) for what names no range or no versions.
 */
export async function planRequest(
  options: PlanOptions,
  pseudonymOf: (account: string) => Promise<string>,
): Promise<ReplayRequest> {
  const { account, source, transaction, outcome, rule, amountFrom, amountTo } = options;
  const accounts: string[] = [];
  for (const one of account ?? [])
    accounts.push(isPseudonymOf('account', one) ? one : await pseudonymOf(one));
  const filter = {
    ...(accounts.length === 0 ? {} : { accounts }),
    ...(source === undefined ? {} : { sources: [...source] }),
    ...(transaction === undefined ? {} : { transactions: [...transaction] }),
    ...(outcome === undefined ? {} : { outcomes: [...outcome] }),
    ...(rule === undefined ? {} : { rules: [...rule] }),
    ...(amountFrom === undefined ? {} : { amountFromMinor: amountFrom }),
    ...(amountTo === undefined ? {} : { amountToMinor: amountTo }),
  };
  if (options.rate !== undefined && options.asFastAsItGoes === true)
    throw new CommandError(exitCodes.usage, '--rate and --as-fast-as-it-goes say different things');
  return {
    // What streams there are is the business of the API.
    stream: (options.stream ?? 'received') as NonNullable<ReplayRequest['stream']>,
    range: rangeOf(options),
    filter,
    versions: versionsOf(options.versions),
    target: targetOf(options),
    ...(options.asFastAsItGoes === true ? { recordsPerSecond: null } : {}),
    ...(options.rate === undefined ? {} : { recordsPerSecond: options.rate }),
    ...(options.windowBytes === undefined ? {} : { windowBytes: options.windowBytes }),
    incomplete: options.incomplete === true,
  };
}

/** One target; comparing where none is named. */
function targetOf({ compare, export: format, shadow, drive, speed }: PlanOptions): ReplayTarget {
  const named = [compare, format, shadow, drive].filter((one) => one !== undefined);
  if (named.length > 1)
    throw new CommandError(exitCodes.usage, 'One of --compare, --export, --shadow and --drive, not several');
  if (speed !== undefined && drive === undefined)
    throw new CommandError(exitCodes.usage, '--speed is how fast a receiver is driven: name it with --drive');
  if (format !== undefined) return { kind: 'export', format };
  if (shadow !== undefined) return { kind: 'shadow', topic: `${shadowPrefix}${shadow}` };
  if (drive !== undefined) return { kind: 'drive', receiver: drive, speed: speed ?? 1 };
  return { kind: 'compare' };
}

/** What the topics begin with that a replay may make. */
const shadowPrefix = 'weir.replay.';

function rangeOf({ from, to, by, offsets }: PlanOptions): ReplayRequest['range'] {
  if (offsets !== undefined) {
    if (from !== undefined || to !== undefined)
      throw new CommandError(exitCodes.usage, 'Name a range by --from and --to, or by --offsets');
    return { by: 'offsets', stretches: offsets.map(stretchOf) };
  }
  if (from === undefined || to === undefined)
    throw new CommandError(exitCodes.usage, 'Which range? Say --from and --to, or --offsets');
  return {
    by: by === 'event-time' ? 'eventTime' : 'logTime',
    from: instantOf(from, '--from'),
    to: instantOf(to, '--to'),
  };
}

function stretchOf(text: string): { partition: number; from: number; to: number } {
  const [, partition, from, to] = /^(\d{1,6})[:/](\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (to !== undefined) return { partition: Number(partition), from: Number(from), to: Number(to) };
  throw new CommandError(exitCodes.usage, '--offsets: expected PARTITION:FROM-TO, such as 2:100-5000');
}

function instantOf(text: string, option: string): string {
  const parsed = parseInstant(text);
  if (parsed.ok) return formatInstant(parsed.epochMs);
  throw new CommandError(
    exitCodes.usage,
    `${option}: expected a date-time with its offset, such as 2026-03-01T00:00:00Z`,
  );
}

function versionsOf(text: string): NonNullable<ReplayRequest['versions']> {
  if (text === 'then' || text === 'now') return { kind: text };
  if (text.startsWith('file:'))
    return { kind: 'file', document: fileText(text.slice('file:'.length), '--versions') };
  if (/^[a-z0-9][a-z0-9-]{0,62}@[1-9]\d{0,8}$/.test(text)) return { kind: 'ruleset', ref: text };
  throw new CommandError(
    exitCodes.usage,
    '--versions: expected then, now, a ruleset such as payments@3, or file:PATH',
  );
}
