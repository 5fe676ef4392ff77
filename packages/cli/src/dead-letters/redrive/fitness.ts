import { streams, type OfferedAs, type RejectedRecord, type RejectionCode } from '@weir/contracts';
import type { OpenedLetter } from '../dead-letter.ts';
import { originalOf } from '../original.ts';

/** Why a dead letter isn't redriven, in a sentence for a person. */
export const leftOutWords = {
  unreadable: "The dead letter itself can't be read.",
  accepted_already: 'It was redriven and accepted: it has its verdict, or gets it.',
  perhaps_accepted:
    'A redrive that was interrupted may have sent it, and the log no longer reaches back to where it would stand.',
  older_than_windows:
    'It is older than the windows reach, which would not know it again if it has a verdict; its place redrives it.',
  redriven_already: 'It was redriven already, or is what came back; --again redrives it once more.',
  stands_again: 'It was redriven and refused again: what came back is a letter of its own.',
  same_line: 'It is of the same refused line as one that is redriven: one of them is enough.',
  too_often: 'It was redriven as often as may be; what it says has to be mended at its source.',
  cut_short: 'Only its beginning is kept: have its source send it again.',
  tenant_unknown:
    'An earlier release refused it, without saying whose it is; --tenant says so, of lines of JSON.',
  mapping_needed: 'It is a row of a table; --mapping says how its columns are to be read.',
  not_a_transaction: 'It is a reported outcome: import its file again, which repeats nothing.',
  other_id_needed: 'Its id is taken by a transaction of other content: its sender has to give it another.',
  place_taken: 'It has its place in the windows, so it would be a duplicate: judge it by hand.',
  not_of_the_log: 'What stands on this stream is written by workers and offered by nobody.',
  not_ours: 'Nobody who may seal for the log wrote it as it was found, so it is not offered in our name.',
} as const;

export type LeftOut = keyof typeof leftOutWords;

export type Fitness =
  | {
      readonly ok: true;
      readonly from: 'source' | 'earlier_release';
      readonly source: string;
      readonly line: number;
      readonly offered: OfferedAs;
    }
  /** Sealed by ingest, and to be opened as the record of the log that it was. */
  | { readonly ok: true; readonly from: 'log' }
  | { readonly ok: false; readonly why: LeftOut };

export type FitnessOptions = {
  /** Whose the lines are that an earlier release refused. */
  readonly tenant: string | undefined;
  readonly hasMapping: boolean;
};

/**
 * What a reader refused that could not know better then: it had not been told of a key, or was older than the
 * writer. Whether ingest did seal it shows when it is opened.
 */
const readerMayBeMended: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'key_not_allowed',
  'unsupported_suite',
  'contract_violation',
]);

/** Whether what a dead letter holds can sensibly be offered again, as far as that can be known without opening it. */
export function fitnessOf(opened: OpenedLetter, options: FitnessOptions): Fitness {
  if (!opened.ok) return not('unreadable');
  const { rejected } = opened;
  const codes = rejected.rejections.map(({ code }) => code);
  if (codes.includes('conflicting_duplicate')) return not('other_id_needed');
  return rejected.origin.kind === 'source'
    ? fitnessOfLine(rejected, rejected.origin, options)
    : fitnessOfRecord(rejected, rejected.origin.topic, codes);
}

function fitnessOfLine(
  { original, originalBytes, offered }: RejectedRecord,
  { source, line }: Extract<RejectedRecord['origin'], { kind: 'source' }>,
  { tenant, hasMapping }: FitnessOptions,
): Fitness {
  if (original === null || original.length !== originalBytes) return not('cut_short');
  if (offered === undefined && tenant === undefined) return not('tenant_unknown');
  const as: OfferedAs = offered ?? {
    ...{ kind: 'transaction', tenant: tenant ?? '', columns: null, observedAt: null },
  };
  if (as.kind === 'outcome') return not('not_a_transaction');
  if (as.columns !== null && !hasMapping) return not('mapping_needed');
  return { ok: true, from: offered === undefined ? 'earlier_release' : 'source', source, line, offered: as };
}

function fitnessOfRecord(rejected: RejectedRecord, topic: string, codes: readonly RejectionCode[]): Fitness {
  if (topic !== streams.received.topic) return not('not_of_the_log');
  if (codes.includes('processing_failed')) return not('place_taken');
  if (!codes.every((code) => readerMayBeMended.has(code))) return not('not_ours');
  const original = originalOf(rejected);
  if (original.kind !== 'sealed') return not('not_ours');
  if (original.obstacle === null) return { ok: true, from: 'log' };
  return not(original.obstacle === 'cut_short' ? 'cut_short' : 'not_ours');
}

const not = (why: LeftOut): Fitness => ({ ok: false, why });
