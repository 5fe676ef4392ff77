import type { VerdictAnswer } from '@weir/contracts';
import type { Place, PlaceIds } from '../place-id.ts';
import type { Found } from './decided-in.ts';
import type { JournalTail } from './journal-tail.ts';

export type ReadVerdict = (tenant: string, id: string) => Promise<VerdictAnswer | 'unknown' | 'busy'>;

/**
 * Answers for one id: from what is remembered of the journal, else by a search
 * in it. `busy` where too many searches are under way. Throws what the brokers
 * and the KMS can't do.
 */
export function createReadVerdict(options: {
  readonly placeIds: PlaceIds;
  readonly tail: JournalTail;
  readonly search: (place: Place) => Promise<Found>;
  readonly maxSearches: number;
  /** Of these, searches of one tenant, so that no other is turned away because of its questions. */
  readonly maxSearchesOfTenant: number;
}): ReadVerdict {
  const { placeIds, tail } = options;
  const searching: string[] = [];
  // One after the other: each is some reads of the topic, and the log matters more than old questions.
  let last: Promise<unknown> = Promise.resolve();

  async function searchInTurn(tenant: string, place: Place): Promise<Found | 'busy'> {
    if (searching.length >= options.maxSearches) return 'busy';
    if (searching.filter((one) => one === tenant).length >= options.maxSearchesOfTenant) return 'busy';
    searching.push(tenant);
    const mine = last
      .then(() => options.search(place))
      .finally(() => searching.splice(searching.indexOf(tenant), 1));
    last = mine.catch(() => undefined);
    return mine;
  }

  return async (tenant, id) => {
    const asked = placeIds.read(tenant, id);
    if (asked === undefined) return 'unknown';
    const { identity, place } = asked;
    const remembered = await tail.find(place);
    const found = remembered === 'older' ? await searchInTurn(tenant, place) : remembered;
    if (found === 'busy' || found === 'unknown') return found;
    if (found === 'pending') return { id, outcome: 'pending', score: null, reasons: [], versions: null };
    const { decision, versions } = found;
    switch (decision.outcome) {
      case 'cleared':
      case 'held': {
        const { outcome, score, reasons } = decision;
        return { id, outcome, score, reasons, versions };
      }
      case 'duplicate': {
        const first = { partition: place.partition, offset: decision.firstOffset };
        const firstId = placeIds.write(tenant, identity, first);
        return { id, outcome: 'duplicate', score: null, reasons: [], versions, firstId };
      }
      case 'rejected':
        return { id, outcome: 'rejected', score: null, reasons: [decision.code], versions };
      case 'control':
        // No control record is ever a transaction of a caller.
        return 'unknown';
    }
  };
}
