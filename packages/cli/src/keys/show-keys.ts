import { formatInstant, keyClasses } from '@weir/contracts';
import type { KeyClass } from '@weir/contracts';
import type { ManagedKey } from '@weir/kms';
import { grouped, table } from '../terminal/table.ts';
import type { KeyUsage } from './count-records.ts';
import type { RollOver } from './roll-over-workers.ts';

/** A key with what it is for. */
export type ListedKey = {
  readonly keyClass: KeyClass;
  readonly use: 'seals' | 'opens';
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly state: string;
  readonly since: string;
  readonly rotations: number;
  readonly lastRotation: string | null;
};

export function listedKey(
  keyClass: KeyClass,
  key: ManagedKey,
  of: { readonly alias: string; readonly rotations: readonly number[] },
): ListedKey {
  const last = of.rotations.at(-1);
  return {
    keyClass,
    use: key.aliases.includes(of.alias) ? 'seals' : 'opens',
    arn: key.arn,
    aliases: key.aliases,
    state: key.state,
    since: formatInstant(key.createdAtMs),
    rotations: of.rotations.length,
    lastRotation: last === undefined ? null : formatInstant(last),
  };
}

export function showKeys(keys: readonly ListedKey[]): string[] {
  const rows = keys.map((key) => [
    key.keyClass,
    key.use,
    key.state,
    key.since.slice(0, 19),
    String(key.rotations),
    key.lastRotation?.slice(0, 19) ?? '',
    key.arn,
  ]);
  const without = keyClasses.filter((keyClass) => !keys.some((key) => key.keyClass === keyClass));
  return [
    ...table(['class', 'use', 'state', 'since', 'rotations', 'last', 'key'], rows, [4]),
    ...(without.length === 0 ? [] : ['', `No key has the alias of its class for: ${without.join(', ')}`]),
  ];
}

/** `isOnTopics`: false for a class whose records lie in files alone. */
export function showUsage(usage: readonly KeyUsage[], isOnTopics = true): string[] {
  if (usage.length === 0) return [isOnTopics ? 'No records' : nothingCounted(isOnTopics)];
  const rows = usage.map(({ stream, keyArn, records, firstMs, lastMs }) => [
    stream,
    grouped(records),
    formatInstant(firstMs).slice(0, 19),
    formatInstant(lastMs).slice(0, 19),
    keyArn ?? '(no envelope)',
  ]);
  return table(['stream', 'records', 'first', 'last', 'key'], rows, [1]);
}

/** What became of the roll-over, and what is left to do for processes that the command can't reach. */
export function showRollOver(workers: readonly RollOver[], isLocal: boolean): string[] {
  if (!isLocal) {
    return [
      'Now have every worker roll over: send each process SIGHUP, and see weir_kms_roll_overs_total grow by one in its metrics.',
      'Without that a data key of before stays in use for an hour at most.',
    ];
  }
  const words: Readonly<Record<RollOver['outcome'], string>> = {
    done: 'has rolled over',
    refused: 'REFUSED its file of keys and goes on with the keys before: see its log',
    unconfirmed: 'DID NOT CONFIRM: see its log, and send it SIGHUP again',
  };
  return [
    ...workers.map(({ worker, outcome }) => `${worker} ${words[outcome]}`),
    'Processes that were started apart, such as a feed of "weir ingest" or "weir simulate", take new material within an hour or at once on SIGHUP, and another key on SIGHUP alone.',
  ];
}

const hourMs = 3_600_000;

/** What lies in files of replays nobody counts, and nothing opens it either while its key is disabled. */
const nothingCounted = (isOnTopics: boolean): string =>
  isOnTopics
    ? 'No retained record needs it'
    : 'No topic holds what it seals. What replays keep in REPLAY_DIR is not counted: what it sealed there can not be read while it is disabled, and no replay begins that it sealed the warrant of';

/** What disabling a key would do, in sentences for whoever decides. */
export function showDisabling(
  key: ManagedKey,
  usage: readonly KeyUsage[],
  of: {
    readonly sealing: string | undefined;
    readonly nowMs: number;
    /** False for a class whose records lie in files alone. */
    readonly isOnTopics: boolean;
  },
): string[] {
  const mine = usage.filter(({ keyArn }) => keyArn === key.arn);
  const records = mine.reduce((sum, one) => sum + one.records, 0);
  const lines = mine.map(
    (one) =>
      `Only it opens ${grouped(one.records)} retained records of ${one.stream}, the last from ${formatInstant(one.lastMs)}`,
  );
  const isFresh = mine.some(({ stream, lastMs }) => {
    const next = usage.find((other) => other.stream === stream && other.keyArn === of.sealing);
    return lastMs > of.nowMs - hourMs && (next === undefined || lastMs > next.firstMs);
  });
  return [
    ...(records === 0 ? [nothingCounted(of.isOnTopics)] : lines),
    ...(isFresh
      ? [
          'SOMETHING MAY STILL SEAL WITH IT: a record under it is not an hour old, and its successor has sealed nothing yet or something older',
        ]
      : []),
    ...(records === 0
      ? []
      : [
          'Whoever reads them while it is disabled stops with kms_key_disabled and goes on once it is enabled',
        ]),
  ];
}
