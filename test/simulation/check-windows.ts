import { channels, currencyOf } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import { defaultWindowPlan, unpackRecords } from '@weir/windows';
import { planInForce, widePlan } from './control-records.ts';
import { isRemembered, readDecisions } from './decisions.ts';
import type { DecidedRecord } from './decisions.ts';
import { accountsOf } from './sim-windows.ts';
import type { Topics } from './topics.ts';
import type { World } from './world.ts';

/** A transaction of the log, read without any of the code under test but the contract's types. */
type Remembered = {
  readonly offset: number;
  readonly account: string;
  readonly content: Transaction;
  readonly eventTimeMs: number;
  readonly counterparty: string;
  readonly decided: DecidedRecord;
};

const rememberedOf = (decided: DecidedRecord): Remembered => {
  const { record } = decided;
  const content = JSON.parse(String(record.value)) as Transaction;
  const pseudonym = content.counterparty?.pseudonym;
  return {
    offset: record.offset,
    account: String(record.key),
    content,
    eventTimeMs: Date.parse(content.eventTime),
    counterparty: pseudonym === undefined ? '' : hexOf(pseudonym, 6),
    decided,
  };
};

const hexOf = (pseudonym: string, bytes: number): string =>
  Buffer.from(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url')
    .subarray(0, bytes)
    .toString('hex');

/** By partition and account, what has to be in the windows, in offset order. */
const rememberedByAccount = (topics: Topics): Map<string, Remembered[]> => {
  const all = [...readDecisions(topics).byPlace.values()]
    .filter(({ decision }) => isRemembered(decision))
    .sort((one, other) => one.record.offset - other.record.offset);
  return Map.groupBy(all.map(rememberedOf), (one) => `${one.decided.record.partition} ${one.account}`);
};

/** What the store has to hold of a transaction: the fields of its packed record. */
const packedOf = ({ offset, content, eventTimeMs, counterparty, decided }: Remembered) => ({
  offset,
  eventTimeMs,
  observedAtSeconds: Math.floor(Date.parse(content.observedAt) / 1000),
  amountMinor: content.amountMinor,
  currency: currencyOf(content.currency)?.numericCode,
  creditDebitIndicator: content.creditDebitIndicator,
  identity: hexOf(String(decided.record.headers['ce_id']), 8),
  counterparty,
  channel: content.channel === undefined ? 0 : channels.indexOf(content.channel),
  country: content.country ?? '',
});

type Packed = ReturnType<typeof packedOf>;
const packedFields: readonly (keyof Packed)[] = [
  'offset',
  'eventTimeMs',
  'observedAtSeconds',
  'amountMinor',
  'currency',
  'creditDebitIndicator',
  'identity',
  'counterparty',
  'channel',
  'country',
];
const textOf = (packed: Packed): string => JSON.stringify(packedFields.map((field) => packed[field]));

/** The window store holds the log's transactions, each once, in their order, and nothing else. */
const checkStored = async (
  world: World,
  byAccount: ReadonlyMap<string, readonly Remembered[]>,
): Promise<string[]> => {
  const problems: string[] = [];
  const known = new Set<string>();
  const store = world.windows.open(planInForce(world));
  for (const [name, remembered] of byAccount) {
    const [partition = '', account = ''] = name.split(' ');
    known.add(name);
    const segments = (await store.load(Number(partition), [account])).get(account) ?? [];
    const found = segments.flatMap((segment) => unpackRecords(segment)).map((one) => textOf(one));
    const expected = remembered.map((one) => textOf(packedOf(one)));
    if (found.join() !== expected.join())
      problems.push(`the windows of ${name} hold ${found.length} records, the log says ${expected.length}`);
  }
  for (let partition = 0; partition < world.partitions; partition += 1) {
    for (const account of await accountsOf(store, partition))
      if (!known.has(`${partition} ${account}`))
        problems.push(`the windows hold ${account}, the log doesn't`);
  }
  return problems;
};

const hourMs = 3_600_000;

/** The integers a verdict has to be based on, counted by looking at every earlier transaction of the account. */
const bruteForce = (one: Remembered, earlier: readonly Remembered[]): Record<string, number | null> => {
  const features: Record<string, number | null> = {};
  const isAlike = ({ content }: Remembered): boolean =>
    content.currency === one.content.currency &&
    content.creditDebitIndicator === one.content.creditDebitIndicator;
  const within = (spanMs: number, of: readonly Remembered[]): Remembered[] =>
    of.filter(({ eventTimeMs }) => eventTimeMs <= one.eventTimeMs && eventTimeMs > one.eventTimeMs - spanMs);
  for (const { name, spanMs } of [...defaultWindowPlan.spans, ...widePlan.spans]) {
    const inWindow = within(spanMs, earlier.filter(isAlike));
    features[`count_${name}`] = inWindow.length;
    features[`sumMinor_${name}`] = inWindow.reduce((sum, { content }) => sum + content.amountMinor, 0);
    features[`distinctCounterparties_${name}`] = new Set(
      inWindow.map(({ counterparty }) => counterparty).filter((name) => name !== ''),
    ).size;
  }
  const longest = within(Math.max(...defaultWindowPlan.spans.map(({ spanMs }) => spanMs)), earlier);
  features['newCounterparty'] =
    one.counterparty === ''
      ? null
      : longest.some(({ counterparty }) => counterparty === one.counterparty)
        ? 0
        : 1;
  const last = Math.max(...longest.map(({ eventTimeMs }) => eventTimeMs));
  features['hoursSinceLast'] =
    longest.length === 0 ? null : Math.round(((one.eventTimeMs - last) / hourMs) * 1e6) / 1e6;
  return features;
};

/** Every verdict was based on the windows as the log alone has them, integer for integer. */
const checkFeatures = (byAccount: ReadonlyMap<string, readonly Remembered[]>): string[] =>
  [...byAccount].flatMap(([name, remembered]) =>
    remembered.flatMap((one, index) => {
      const { decision, featureNames } = one.decided;
      if (decision.outcome !== 'cleared' && decision.outcome !== 'held') return [];
      const expected = bruteForce(one, remembered.slice(0, index));
      return featureNames.flatMap((feature, at) => {
        const value = expected[feature];
        return value === undefined || value === decision.features[at]
          ? []
          : [`${name} at ${one.offset}: ${feature} is ${decision.features[at]}, by brute force ${value}`];
      });
    }),
  );

export const checkWindows = async (world: World, topics: Topics): Promise<string[]> => {
  const byAccount = rememberedByAccount(topics);
  return [...(await checkStored(world, byAccount)), ...checkFeatures(byAccount)];
};
