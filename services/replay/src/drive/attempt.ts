import { WeirError } from '@weir/contracts';
import { eventBatch, idempotencyKeyOf, placeOf } from './event-batch.ts';
import type { HandedRecord } from './event-batch.ts';
import type { DriveReceiver } from './open-receiver.ts';

/** Not taken, with what the run ends with, behind what the receiver asked to wait. */
export type NotTaken = { readonly error: WeirError; readonly retryAfterMs: number };

/** By this a receiver says that it still works on an earlier request of the same key. */
const conflict = 409;

/** Hands over one batch. What comes of it names the receiver, places and a status, and nothing that was sent. */
export const createAttempt =
  (options: {
    readonly name: string;
    readonly replayId: string;
    readonly receiver: Pick<DriveReceiver, 'post'>;
    readonly signal: AbortSignal;
  }) =>
  async (handed: readonly HandedRecord[]): Promise<'taken' | NotTaken> => {
    const { name, replayId, receiver, signal } = options;
    const outcome = await receiver.post(
      idempotencyKeyOf(replayId, handed),
      eventBatch(replayId, handed),
      signal,
    );
    if (outcome.kind === 'accepted') return 'taken';
    const places = [handed[0], handed.at(-1)].flatMap((one) => (one === undefined ? [] : [placeOf(one)]));
    const said = `${outcome.code}${outcome.status === undefined ? '' : ` ${outcome.status}`}`;
    const what = `${said}, for ${places.join(' to ')}`;
    if (outcome.kind === 'refused' && outcome.status !== conflict)
      return {
        error: new WeirError('receiver_refused', `the receiver ${name} refused: ${what}`),
        retryAfterMs: 0,
      };
    return {
      error: new WeirError('receiver_unavailable', `the receiver ${name} did not take it: ${what}`),
      retryAfterMs: outcome.kind === 'unavailable' ? (outcome.retryAfterMs ?? 0) : 0,
    };
  };
