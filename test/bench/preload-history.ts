import { channels } from '@weir/contracts';
import { packRecord } from '@weir/windows';
import type { WindowRecord, WindowStore } from '@weir/windows';
import { beginMs, partyOf, spacingMs, usualAmountMinor } from './population.ts';
import type { Population } from './population.ts';
import { hexOf } from './hex-of.ts';

const token = 'bench-preload';
const recordsPerCommit = 1_000;
const eurNumericCode = 978;
const onlineBanking = channels.indexOf('online_banking');

/** Where there are very many accounts they get several records at a time, to be ready within a minute. */
const manyAccounts = 500_000;

/** How many records of one account share a commit: as many as do in detection where its batches are full. */
const recordsPerAppend = ({ accounts, partitions }: Population): number =>
  accounts >= manyAccounts ? 5 : Math.max(1, Math.floor((recordsPerCommit * partitions) / accounts));

/** How far preloading moves the stored position of each partition at the most. */
export function commitsToPreload(population: Population): number {
  const { accounts, partitions, history } = population;
  const perAppend = recordsPerAppend(population);
  const accountsPerCommit = Math.max(1, Math.floor(recordsPerCommit / perAppend));
  return Math.ceil(history / perAppend) * Math.ceil(Math.ceil(accounts / partitions) / accountsPerCommit);
}

/**
 * Gives each account of a population its history through the store's own chain
 * commit, in the small appends that detection makes: up to 1,000 records of up
 * to 1,000 accounts at a time, oldest first, so that memory is laid out as
 * detection would have left it.
 *
 * The transactions themselves are in no log. The n-th record of an account gets
 * the offset n, so other accounts use the same offsets again, which nothing
 * compares; the log has to begin with as many filler records as the longest
 * history and the position afterwards say.
 */
export async function preloadHistory(store: WindowStore, population: Population): Promise<void> {
  const perPartition = Array.from({ length: population.partitions }, (_, partition) =>
    preloadPartition(store, population, partition),
  );
  await Promise.all(perPartition);
}

async function preloadPartition(
  store: WindowStore,
  population: Population,
  partition: number,
): Promise<void> {
  const perAppend = recordsPerAppend(population);
  const accounts: number[] = [];
  for (let index = 0; index < population.accounts; index += 1)
    if (population.places.partitionOf(index) === partition) accounts.push(index);
  const accountsPerCommit = Math.max(1, Math.floor(recordsPerCommit / perAppend));
  let expected = await store.position(partition);
  for (let from = 0; from < population.history; from += perAppend) {
    const to = Math.min(population.history, from + perAppend);
    for (let at = 0; at < accounts.length; at += accountsPerCommit) {
      const appends = new Map<string, Uint8Array>();
      const after = new Map<string, number>();
      for (const index of accounts.slice(at, at + accountsPerCommit)) {
        const pseudonym = population.places.pseudonymOf(index);
        appends.set(pseudonym, packedRecords(population, index, from, to));
        // Offsets begin at 1: the first of the log is the record that names it.
        if (from > 0) after.set(pseudonym, from);
      }
      const next = (expected?.next ?? 0) + 1;
      const outcome = await store.commit({
        partition,
        expected,
        next,
        token,
        appends,
        after,
        horizons: new Map(),
      });
      if (outcome !== 'applied') throw new Error(`preloading history ended with ${outcome}`);
      expected = { next, token };
    }
  }
}

function packedRecords(population: Population, index: number, from: number, to: number): Uint8Array {
  const packed: Uint8Array[] = [];
  for (let n = from; n < to; n += 1) packed.push(packRecord(historyRecord(population, index, n)));
  return Buffer.concat(packed);
}

/** The n-th transaction of an account's past, at its pace up to where the measuring begins. */
export function historyRecord(population: Population, index: number, n: number): WindowRecord {
  const stepsBack = population.history - n - (index % 97) / 97;
  const eventTimeMs = Math.floor(beginMs - stepsBack * spacingMs(population));
  const account = population.id * 10_000_000 + index;
  return {
    offset: n + 1,
    eventTimeMs,
    observedAtSeconds: Math.floor(eventTimeMs / 1_000) + 1,
    amountMinor: usualAmountMinor(index, n),
    currency: eurNumericCode,
    creditDebitIndicator: 'DBIT',
    identity: hexOf(n, account) + hexOf(account, n),
    digest: hexOf(3, n),
    counterparty: partyOf(index, n).packed,
    channel: onlineBanking,
    country: 'NL',
  };
}

/**
 * Moves the stored positions on to where the log stands: what lies between
 * belongs to other accounts, whose windows are elsewhere.
 */
export async function alignPositions(
  store: WindowStore,
  positions: ReadonlyMap<number, number>,
): Promise<void> {
  for (const [partition, next] of positions) {
    const expected = await store.position(partition);
    if (expected?.next === next) continue;
    const none = new Map<never, never>();
    const outcome = await store.commit({
      partition,
      expected,
      next,
      token,
      appends: none,
      after: none,
      horizons: none,
    });
    if (outcome !== 'applied') throw new Error(`moving the stored position ended with ${outcome}`);
  }
}
