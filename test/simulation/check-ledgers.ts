import { streams } from '@weir/contracts';
import { planInForce } from './control-records.ts';
import type { Topics } from './topics.ts';
import { detectionGroup, outsideLink } from './world.ts';
import type { World } from './world.ts';

const placeOf = (partition: number, offset: number): string => `${partition}:${offset}`;

/** What was acknowledged is in the log, where it was said to be. */
const checkAcknowledged = ({ acknowledged }: World, { records }: Topics): string[] => {
  const valueAt = new Map(
    [...(records.get('received') ?? []), ...(records.get('rejected') ?? [])].map(
      ({ topic, partition, offset, value }) => [`${topic} ${placeOf(partition, offset)}`, value],
    ),
  );
  return acknowledged.flatMap(({ topic, partition, offset, value }) => {
    const found = valueAt.get(`${topic} ${placeOf(partition, offset)}`);
    return found?.equals(value) === true ? [] : [`${topic} lost ${placeOf(partition, offset)}`];
  });
};

/** offered = acknowledged + rejected + failed + unknown, and at the end only the first two have any. */
const checkIngest = ({ disk, bank }: World, { part: { rejected } }: Topics): string[] => {
  const expected = {
    offered: bank.acceptable + bank.refused,
    acknowledged: bank.acceptable,
    rejected: bank.refused,
    failed: 0,
    unknown: 0,
  };
  const found = disk.ledger?.counts;
  const isBalanced =
    disk.ledger?.state === 'finished' &&
    Object.entries(expected).every(([name, count]) => found?.[name as keyof typeof expected] === count);
  const lines = new Set(rejected.flatMap(({ origin }) => (origin.kind === 'source' ? [origin.line] : [])));
  return [
    ...(isBalanced ? [] : [`the ingest ledger is ${disk.ledger?.state} with ${JSON.stringify(found)}`]),
    ...(lines.size === bank.refused ? [] : [`${lines.size} of ${bank.refused} refused lines are kept`]),
  ];
};

/** Records below P = cleared + held + rejected + duplicate + control, and P is the end: no lag is left. */
const checkDetection = async (world: World, { part: { log, journal } }: Topics): Promise<string[]> => {
  const kafka = world.kafka.connect(outsideLink);
  const positions = await kafka.groupPositions(detectionGroup, streams.received.topic);
  const ends = await kafka.offsets(streams.received.topic);
  const store = world.windows.open(planInForce(world));
  const problems: string[] = [];
  for (const { partition, end } of ends) {
    const published = positions.find((position) => position.partition === partition)?.next;
    const decided = journal
      .filter((entry) => entry.partition === partition)
      .reduce((sum, { decisions }) => sum + decisions.length, 0);
    const offered = log.filter((record) => record.partition === partition).length;
    const stored = (await store.position(partition))?.next;
    if (published !== end) problems.push(`partition ${partition} is published up to ${published} of ${end}`);
    if (stored !== end) problems.push(`partition ${partition} is stored up to ${stored} of ${end}`);
    if (decided !== offered)
      problems.push(`partition ${partition}: ${decided} decisions on ${offered} records`);
  }
  return problems;
};

export const checkLedgers = async (world: World, topics: Topics): Promise<string[]> => [
  ...checkAcknowledged(world, topics),
  ...checkIngest(world, topics),
  ...(await checkDetection(world, topics)),
];
