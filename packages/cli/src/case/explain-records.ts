import type { JournalRecord, OutcomeReport } from '@weir/contracts';
import type { CaseTransaction, ManifestPlace } from '@weir/replays';
import { explainOther, explainVerdict, type Explanation } from '../explain/explanation.ts';
import type { FoundDecision } from '../explain/find-decision.ts';
import { readInForce, type InForceThen } from '../explain/read-in-force.ts';
import type { Ops } from '../ops/connect-ops.ts';
import type { CaseEvent, CollectedEvents, EventsOfRecord } from './collect-events.ts';
import { placeName } from './places.ts';

/** A line of verdicts.ndjson. */
export type CaseVerdictLine = {
  readonly partition: number;
  readonly offset: number;
  readonly account: string | null;
  /** `unknown`: the journal says nothing of it. */
  readonly outcome: FoundDecision['decision']['outcome'] | 'unknown';
  /** As `weir explain --json` prints it. */
  readonly explanation: Explanation | null;
  /** As the journal has it. */
  readonly decision: FoundDecision['decision'] | null;
  readonly events: readonly CaseEvent[];
  readonly release: NonNullable<EventsOfRecord['release']> | null;
  /** So many verdicts and releases of the account can't be opened, any of which may be about it. */
  readonly closedEvents: number;
};

/** Explains what was decided about each record, in the order of the manifest. Reads what the journal names once each. */
export async function explainRecords(
  ops: Ops,
  of: {
    readonly places: readonly ManifestPlace[];
    readonly transactions: readonly CaseTransaction[];
    readonly decisions: ReadonlyMap<string, FoundDecision>;
    readonly events: CollectedEvents;
    readonly outcomes: ReadonlyMap<string, readonly OutcomeReport[]>;
  },
): Promise<readonly CaseVerdictLine[]> {
  const inForce = readOnce(ops);
  const lines: CaseVerdictLine[] = [];
  for (const [at, place] of of.places.entries()) {
    const found = of.decisions.get(placeName(place));
    const told = of.events.ofRecords.get(placeName(place));
    const record = of.transactions[at];
    const { partition, offset } = place;
    const subject = found !== undefined && 'subject' in found.decision ? found.decision.subject : undefined;
    lines.push({
      ...{ partition, offset },
      account: subject?.account ?? null,
      outcome: found?.decision.outcome ?? 'unknown',
      explanation:
        found === undefined
          ? null
          : await explain(found, {
              then: () => inForce(found.journal),
              transaction: record?.kind === 'transaction' ? record.transaction : undefined,
              usualAmount: told?.evidence?.usualAmount ?? null,
              outcomes: of.outcomes.get(subject?.transaction ?? '') ?? [],
            }),
      decision: found?.decision ?? null,
      events: told?.events ?? [],
      release: told?.release ?? null,
      closedEvents: of.events.closed,
    });
  }
  return lines;
}

type Around = Omit<Parameters<typeof explainVerdict>[2], 'then'> & {
  readonly then: () => Promise<InForceThen>;
};

async function explain(found: FoundDecision, { then, ...around }: Around): Promise<Explanation | null> {
  const { journal, decision } = found;
  return decision.outcome === 'cleared' || decision.outcome === 'held'
    ? explainVerdict(journal, decision, { ...around, then: await then() })
    : (explainOther(found) ?? null);
}

/** What a journal record names is mostly what the one before named. */
function readOnce(ops: Ops): (journal: JournalRecord) => Promise<InForceThen> {
  const read = new Map<string, Promise<InForceThen>>();
  return (journal) => {
    const name = JSON.stringify([journal.versions, journal.candidate, journal.model, journal.lists]);
    const known = read.get(name) ?? readInForce(ops, journal);
    read.set(name, known);
    return known;
  };
}
