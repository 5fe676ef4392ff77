import type { Refusals } from '@weir/access';
import {
  problemOf,
  securityRejectionCodes,
  type AccessToken,
  type ItemAnswer,
  type Problem,
  type Rejection,
  type Submission,
} from '@weir/contracts';
import { readOfferedTransaction } from '@weir/contracts';
import type { createAcceptor } from '../accept-transaction.ts';
import { sha256HexOf } from '../identify.ts';
import type { Settlement } from '../ledger/counts.ts';
import type { createRefuser } from '../refuse-record.ts';
import type { Dispatcher } from '../send/dispatcher.ts';
import type { SourceRecord } from '../source/source-format.ts';
import type { RecentIdentities } from './limits/recent-identities.ts';
import type { PlaceIds } from './place-id.ts';
import { refusedRecord } from './refused-record.ts';

/** Is told once what became of a record that was sent. */
export type DoorTicket = (settlement: Settlement, offset: number | undefined) => void;

/** Makes records for the tenant and source of one token. */
type Writer = {
  readonly accept: ReturnType<typeof createAcceptor>;
  readonly refuse: ReturnType<typeof createRefuser>;
};

export type SubmitOptions = {
  readonly writerOf: (token: AccessToken) => Writer;
  readonly dispatcher: Pick<Dispatcher<DoorTicket>, 'push'>;
  readonly identities: RecentIdentities;
  readonly placeIds: PlaceIds;
  readonly refusals: Pick<Refusals, 'tell'>;
  readonly onOffered: (records: number) => void;
  readonly futureLimitMs: number;
  readonly nowMs: () => number;
};

export type Submitted =
  | { readonly kind: 'accepted'; readonly submission: Submission }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * Takes records in for the owner of a token: what passes its contract goes into
 * the log, what doesn't to the dead letters, and the answer waits until the
 * broker has all of it.
 */
export function createSubmit(
  options: SubmitOptions,
): (token: AccessToken, records: readonly SourceRecord[]) => Promise<Submitted> {
  const { dispatcher, identities, placeIds, futureLimitMs } = options;

  /** Sends one record, and says what its answer is once it is settled. */
  function submitOne(
    { accept, refuse }: Writer,
    token: AccessToken,
    record: SourceRecord,
  ): Promise<ItemAnswer> {
    const nowMs = options.nowMs();
    const outcome =
      record.oversized === null
        ? readOfferedTransaction(record.bytes, nowMs, futureLimitMs)
        : { ok: false as const, rejections: [{ code: 'record_too_large', path: '' }] as const };
    if (!outcome.ok) return sendRefused(outcome.rejections);

    const outgoing = accept(outcome.value, nowMs);
    const identity = outgoing.event.id;
    const digest = sha256HexOf(JSON.stringify(outcome.value));
    if (identities.meet(identity, digest) === 'conflict') {
      return sendRefused([{ code: 'conflicting_duplicate', path: 'transactionId' }]);
    }
    return new Promise((resolve) => {
      dispatcher.push({
        ...outgoing,
        ticket: (settlement, offset) => {
          if (settlement === 'acknowledged' && offset !== undefined) {
            const place = { partition: outgoing.partition, offset };
            resolve({ status: 'accepted', id: placeIds.write(token.tenant, identity, place) });
          } else {
            identities.forget(identity, digest);
            resolve({ status: 'unknown' });
          }
        },
      });
    });

    function sendRefused(rejections: readonly Rejection[]): Promise<ItemAnswer> {
      const deadLetter = refuse(record, rejections, nowMs, { observedAtMs: nowMs, columns: null });
      for (const { code: why } of rejections) {
        if (!securityRejectionCodes.has(why)) continue;
        const deadLetterId = deadLetter.event.id;
        options.refusals.tell(refusedRecord({ why, tokenName: token.name, deadLetterId }));
      }
      return new Promise((resolve) => {
        dispatcher.push({
          ...deadLetter,
          ticket: (settlement) =>
            resolve(
              settlement === 'rejected'
                ? { status: 'rejected', errors: [...rejections] }
                : { status: 'unknown' },
            ),
        });
      });
    }
  }

  return async (token, records) => {
    if (records.length === 0)
      return {
        kind: 'problem',
        problem: problemOf('request_malformed', { detail: 'The body has no record.' }),
      };
    options.onOffered(records.length);
    const writer = options.writerOf(token);
    const items = await Promise.all(records.map((record) => submitOne(writer, token, record)));
    return concluded(items);
  };
}

/** One that isn't known to be in the log makes the request one to be repeated; one accepted makes it a success. */
function concluded(items: readonly ItemAnswer[]): Submitted {
  const count = (status: ItemAnswer['status']): number =>
    items.filter((item) => item.status === status).length;
  const submission = { accepted: count('accepted'), rejected: count('rejected'), items: [...items] };
  if (count('unknown') > 0) return { kind: 'problem', problem: problemOf('log_unavailable', submission) };
  if (submission.accepted > 0) return { kind: 'accepted', submission };
  return { kind: 'problem', problem: problemOf(problemOfAll(items), submission) };
}

function problemOfAll(
  items: readonly ItemAnswer[],
): 'conflicting_duplicate' | 'too_large' | 'nothing_accepted' {
  const allAre = (code: Rejection['code']): boolean =>
    items.every((item) => item.status === 'rejected' && item.errors.every((error) => error.code === code));
  if (allAre('conflicting_duplicate')) return 'conflicting_duplicate';
  return allAre('record_too_large') ? 'too_large' : 'nothing_accepted';
}
