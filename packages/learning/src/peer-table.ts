import type { PeerSums } from '@weir/contracts';

/** At so many transactions all sums of a group are halved, so that later ones count more and habits may change. */
const halvedAt = 1_000_000;

type Sums = { -readonly [Name in keyof PeerSums]: PeerSums[Name] };

export type PeerTable = {
  readonly take: (
    of: Pick<PeerSums, 'currency' | 'creditDebitIndicator'>,
    logMilli: number,
    historyCount: number,
  ) => void;
  readonly sums: () => PeerSums[];
};

/** Sums over what accounts move, by currency and direction. Goes on from sums as if it had never stopped. */
export function createPeerTable(previous: readonly PeerSums[]): PeerTable {
  const groups = new Map<string, Sums>();
  const keyOf = (of: Pick<PeerSums, 'currency' | 'creditDebitIndicator'>): string =>
    `${of.currency} ${of.creditDebitIndicator}`;
  for (const sums of previous) groups.set(keyOf(sums), { ...sums });
  return {
    take: ({ currency, creditDebitIndicator }, logMilli, historyCount) => {
      const key = keyOf({ currency, creditDebitIndicator });
      let sums = groups.get(key);
      if (sums === undefined) {
        sums = {
          ...{ currency, creditDebitIndicator },
          ...{ transactions: 0, logSum: 0, logSquareSum: 0, inverseCountSum: 0 },
        };
        groups.set(key, sums);
      }
      sums.transactions += 1;
      sums.logSum += logMilli;
      sums.logSquareSum += logMilli * logMilli;
      sums.inverseCountSum += 1 / (1 + historyCount);
      if (sums.transactions < halvedAt) return;
      sums.transactions /= 2;
      sums.logSum /= 2;
      sums.logSquareSum /= 2;
      sums.inverseCountSum /= 2;
    },
    sums: () => Array.from(groups.values(), (sums) => ({ ...sums })),
  };
}
