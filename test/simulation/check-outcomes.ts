import { hash } from 'node:crypto';
import { streams } from '@weir/contracts';
import type { Decision } from '@weir/contracts';
import { isRemembered, placeOf, readDecisions } from './decisions.ts';
import type { DecidedRecord } from './decisions.ts';
import type { Topics } from './topics.ts';

/** What stands on the output topics about one record of the log. */
type Published = { readonly cleared: string[]; readonly held: string[]; readonly rejected: string[] };

const publishedByPlace = ({ cleared, held, rejected }: Topics): Map<string, Published> => {
  const byPlace = new Map<string, Published>();
  const at = (place: string): Published => {
    const found = byPlace.get(place) ?? { cleared: [], held: [], rejected: [] };
    byPlace.set(place, found);
    return found;
  };
  for (const [outcome, verdicts] of [
    ['cleared', cleared],
    ['held', held],
  ] as const) {
    for (const { record, payload } of verdicts) {
      const place = placeOf(payload.sourcePartition, payload.sourceOffset);
      at(place)[outcome].push(hash('sha256', record.value ?? Buffer.alloc(0)));
    }
  }
  for (const { payload } of rejected) {
    const { origin, rejections } = payload;
    if (origin.kind !== 'topic' || origin.topic !== streams.received.topic) continue;
    at(placeOf(origin.partition, origin.offset)).rejected.push(rejections[0]?.code ?? 'none');
  }
  return byPlace;
};

/** What the output topics have to hold about a record, given what the journal says of it. */
const expectedOf = (decision: Decision): Published => {
  switch (decision.outcome) {
    case 'cleared':
    case 'held':
      return { cleared: [], held: [], rejected: [], [decision.outcome]: [decision.digest] };
    case 'rejected':
      return { cleared: [], held: [], rejected: [decision.code] };
    case 'duplicate':
    case 'control':
      return { cleared: [], held: [], rejected: [] };
  }
};

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Each record of the log has exactly the one outcome its journal names, and nothing else has any. */
const checkEachOnce = (topics: Topics): string[] => {
  const { byPlace, repeated, unfounded } = readDecisions(topics);
  const published = publishedByPlace(topics);
  const problems = [
    ...repeated.map((place) => `${place} was decided twice`),
    ...unfounded.map((place) => `${place} was decided and is not in the log`),
  ];
  for (const { partition, offset } of topics.received) {
    const place = placeOf(partition, offset);
    const found = byPlace.get(place);
    if (found === undefined) {
      problems.push(`${place} was never decided`);
      continue;
    }
    const expected = expectedOf(found.decision);
    const actual = published.get(place) ?? { cleared: [], held: [], rejected: [] };
    published.delete(place);
    if (!same(actual, expected)) {
      problems.push(
        `${place} was decided ${found.decision.outcome}, and published as ${JSON.stringify(actual)}`,
      );
    }
  }
  return [...problems, ...[...published.keys()].map((place) => `${place} has an outcome and no record`)];
};

/** The journal of a partition joins without gap or overlap. */
const checkJournalJoins = ({ journal }: Topics): string[] => {
  const ends = new Map<number, number>();
  return journal.flatMap(({ payload: { partition, from, to } }) => {
    const end = ends.get(partition) ?? 0;
    ends.set(partition, to);
    return from === end ? [] : [`the journal of partition ${partition} goes from ${end} to ${from}`];
  });
};

/** A reader of one partition and type sees source offsets that only ever grow. */
const checkOrder = ({ cleared, held }: Topics): string[] =>
  [cleared, held].flatMap((verdicts) => {
    const last = new Map<number, number>();
    return verdicts.flatMap(({ record, payload }) => {
      const before = last.get(record.partition) ?? -1;
      last.set(record.partition, payload.sourceOffset);
      const place = `${record.topic}-${record.partition}@${record.offset}`;
      return [
        ...(payload.sourceOffset > before ? [] : [`${place} is out of order`]),
        ...(payload.sourcePartition === record.partition ? [] : [`${place} is in a foreign partition`]),
      ];
    });
  });

const identityOf = ({ record }: DecidedRecord): string => String(record.headers['ce_id']);

/** Of all records of one identity exactly one is decided; the others are told apart from it. */
const checkIdentities = (topics: Topics): string[] => {
  const { byPlace } = readDecisions(topics);
  const counted = [...byPlace.values()].filter(
    ({ decision }) =>
      isRemembered(decision) ||
      decision.outcome === 'duplicate' ||
      (decision.outcome === 'rejected' && decision.code === 'conflicting_duplicate'),
  );
  return [...Map.groupBy(counted, identityOf)].flatMap(([identity, all]) => {
    const decided = all.filter(({ decision }) => isRemembered(decision));
    const [first] = decided;
    if (decided.length !== 1 || first === undefined)
      return [`${identity} was decided ${decided.length} times`];
    return all.flatMap(({ decision }) =>
      decision.outcome === 'duplicate' && decision.firstOffset !== first.decision.offset
        ? [`the duplicate at ${decision.offset} names ${decision.firstOffset} as its first`]
        : [],
    );
  });
};

/** The verdicts are those of an undisturbed run over a copy of the same log, to the last bit. */
const checkSameAsCalm = (topics: Topics, calm: Topics): string[] => {
  const expected = readDecisions(calm).byPlace;
  return [...readDecisions(topics).byPlace].flatMap(([place, { decision }]) =>
    same(decision, expected.get(place)?.decision)
      ? []
      : [
          `${place} was decided ${JSON.stringify(decision)}, undisturbed ${JSON.stringify(expected.get(place)?.decision)}`,
        ],
  );
};

export const checkOutcomes = (topics: Topics, calm: Topics): string[] => [
  ...checkEachOnce(topics),
  ...checkJournalJoins(topics),
  ...checkOrder(topics),
  ...checkIdentities(topics),
  ...checkSameAsCalm(topics, calm),
];
