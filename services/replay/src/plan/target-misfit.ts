import { isJudged } from '@weir/replays';
import type { ReadReplayRequest, ReplayedStream } from '@weir/replays';

/** What each stream's records are known by: whether they hold a transaction, and whether their key is its account. */
const kinds: Readonly<
  Record<ReplayedStream, { readonly isOfTransactions: boolean; readonly isByAccount: boolean }>
> = {
  received: { isOfTransactions: true, isByAccount: true },
  cleared: { isOfTransactions: true, isByAccount: true },
  held: { isOfTransactions: true, isByAccount: true },
  releases: { isOfTransactions: false, isByAccount: true },
  decisions: { isOfTransactions: false, isByAccount: false },
  rejected: { isOfTransactions: false, isByAccount: false },
};

/** Why a target can't be had of a stream, or with a filter, in a sentence; undefined where it can. */
export function targetMisfit(request: ReadReplayRequest): string | undefined {
  return isJudged(request.target) ? misfitOfJudging(request) : misfitOfCopying(request);
}

function misfitOfJudging({ stream, target, filter, versions }: ReadReplayRequest): string | undefined {
  if (stream !== 'received') return 'What is judged again is received.';
  if (target.kind === 'case' && filter.accounts?.length !== 1)
    return 'A case is that of one account: name exactly one.';
  if (target.kind === 'case' && versions.kind !== 'then')
    return 'A case says what was decided then: leave out which versions.';
  return undefined;
}

function misfitOfCopying({ stream, target, filter, versions, range }: ReadReplayRequest): string | undefined {
  const { isOfTransactions, isByAccount } = kinds[stream];
  if (versions.kind !== 'then') return 'What is handed over is judged by no version: leave out which.';
  if (stream !== 'received' && (filter.outcomes !== undefined || filter.rules !== undefined))
    return 'What became of a record, and why, the journal says of received alone.';
  const looksAtContent =
    range.by === 'eventTime' ||
    [filter.sources, filter.amountFromMinor, filter.amountToMinor].some((one) => one !== undefined);
  if (!isOfTransactions && looksAtContent)
    return `The records of ${stream} are no transactions: event times, connections and amounts narrow nothing down.`;
  if (!isByAccount && (filter.accounts !== undefined || filter.transactions !== undefined))
    return `The records of ${stream} are not those of one account or transaction each.`;
  if (stream === 'releases' && filter.transactions !== undefined)
    return 'A release has an id of its own: choose by account.';
  if (target.kind === 'export' && target.format === 'csv' && !isOfTransactions)
    return `The records of ${stream} are no transactions, which a table would have rows of: take ndjson.`;
  return undefined;
}
