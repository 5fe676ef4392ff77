import { streams } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { explainOther, explainVerdict, type Explanation } from './explanation.ts';
import {
  findByPlace,
  findByPseudonym,
  findEvidence,
  logPlaceOf,
  readReports,
  readTransaction,
  type FoundDecision,
  type NotFound,
  type SearchOptions,
} from './find-decision.ts';
import { readInForce } from './read-in-force.ts';
import type { Target } from './read-target.ts';

/**
 * Finds what became of a transaction and reads what it takes to explain it. Throws CommandError (1) where the
 * journal doesn't say, with how far back that was looked for, and the signal's reason where it is aborted.
 */
export async function readExplanation(ops: Ops, target: Target, search: SearchOptions): Promise<Explanation> {
  const found = await find(ops, target, search);
  const { journal, decision } = found;
  if (decision.outcome !== 'cleared' && decision.outcome !== 'held') {
    return explainOther(found) as Explanation;
  }
  const place = { partition: journal.partition, offset: decision.offset };
  const isSeen = decision.outcome === 'held' || decision.alert === true;
  return explainVerdict(journal, decision, {
    then: await readInForce(ops, journal),
    transaction: await readTransaction(ops, place),
    usualAmount: (isSeen ? await findEvidence(ops, place) : undefined)?.usualAmount ?? null,
    outcomes: decision.subject === undefined ? [] : await readReports(ops, decision.subject.transaction),
  });
}

async function find(ops: Ops, target: Target, search: SearchOptions): Promise<FoundDecision> {
  if (target.kind === 'pseudonym') {
    const found = await findByPseudonym(ops, target.transaction, search);
    if ('journal' in found) return found;
    throw notFound(howFarBack(found));
  }
  const { stream, partition, offset } = target;
  const shown = `${String(partition)}/${String(offset)}`;
  const place = stream === 'received' ? target : await logPlaceOf(ops, stream, target);
  if (place === undefined) throw notFound(`${streams[stream].topic} has no transaction at ${shown}.`);
  const found = await findByPlace(ops, place);
  if (found !== undefined) return found;
  throw notFound(
    `The journal says nothing of ${String(place.partition)}/${String(place.offset)}: it isn't decided yet, no record stands there, or the journal no longer reaches back that far.`,
  );
}

const notFound = (sentence: string): CommandError => new CommandError(exitCodes.notAsItShouldBe, sentence);

function howFarBack({ records, backTo, hasEarlier }: NotFound): string {
  const looked = `${records.toLocaleString('en-GB')} records of the journal were looked through${backTo === undefined ? '' : `, back to ${backTo}`}`;
  return `No verdict about it: ${looked}. ${
    hasEarlier ? 'There are earlier ones: --search looks further back.' : 'There are no earlier ones.'
  }`;
}
