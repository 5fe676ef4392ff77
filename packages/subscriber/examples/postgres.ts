// Books cleared transactions into PostgreSQL, each exactly once: the booking and
// the position are one database transaction. Here the database is PGlite, a
// PostgreSQL within this process; with a server nothing changes but `openDatabase`.
//
//   DATABASE_FOLDER=./ledger node --env-file=... packages/subscriber/examples/postgres.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { Transaction as DatabaseTransaction } from '@electric-sql/pglite';
import { PositionMovedError, subscribe } from '@weir/subscriber';
import type { Delivery, Positions, TransactionEvent } from '@weir/subscriber';

const reportEveryMs = Number(process.env['REPORT_EVERY_MS'] ?? 5_000);
const groupId = process.env['GROUP_ID'] ?? 'ledger';

const tables = `
  create table if not exists weir_positions (
    group_id text, topic text, partition int, position jsonb not null,
    primary key (group_id, topic, partition)
  );
  create table if not exists bookings (
    identity text not null, account text not null, amount_minor bigint not null,
    source_partition int not null, source_offset bigint not null
  );
  create table if not exists balances (account text, currency text, minor bigint not null, primary key (account, currency))`;

/** Stores the position, if the one it follows is still the one that stands there. */
async function storePosition(tx: DatabaseTransaction, delivery: Delivery): Promise<void> {
  const { topic, partition, position, previous } = delivery;
  const row = [groupId, topic, partition, JSON.stringify(position)];
  const { affectedRows } =
    previous === undefined
      ? await tx.query('insert into weir_positions values ($1, $2, $3, $4) on conflict do nothing', row)
      : await tx.query(
          `update weir_positions set position = $4
           where group_id = $1 and topic = $2 and partition = $3 and (position ->> 'offset')::bigint = $5`,
          [...row, previous.offset],
        );
  // Thrown inside the transaction, so that the booking is rolled back with it.
  if (affectedRows !== 1) throw new PositionMovedError();
}

/** Books what may go on, whether Weir cleared it or people released it; `event.type` tells which. */
async function book(tx: DatabaseTransaction, event: TransactionEvent): Promise<void> {
  const { identity, accountPseudonym, transaction, sourcePartition, sourceOffset } = event;
  const { amountMinor, currency, creditDebitIndicator } = transaction;
  const signedMinor = creditDebitIndicator === 'CRDT' ? amountMinor : -amountMinor;
  await tx.query('insert into bookings values ($1, $2, $3, $4, $5)', [
    identity,
    accountPseudonym,
    signedMinor,
    sourcePartition,
    sourceOffset,
  ]);
  await tx.query(
    `insert into balances values ($1, $2, $3)
     on conflict (account, currency) do update set minor = balances.minor + excluded.minor`,
    [accountPseudonym, currency, signedMinor],
  );
}

const db = await PGlite.create(process.env['DATABASE_FOLDER'] ?? './ledger');
await db.exec(tables);

const positions: Positions = {
  load: async (key) => {
    const { rows } = await db.query<{ position: unknown }>(
      'select position from weir_positions where group_id = $1 and topic = $2 and partition = $3',
      [key.groupId, key.topic, key.partition],
    );
    return rows[0]?.position;
  },
};

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

let booked = 0;
const subscription = await subscribe({
  stream: 'cleared',
  groupId,
  environment: process.env['WEIR_ENVIRONMENT'] ?? 'local',
  ...(process.env['WEIR_TOPIC'] === undefined ? {} : { topic: process.env['WEIR_TOPIC'] }),
  kafka: { brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:19092').split(',') },
  kms: {
    region: process.env['AWS_REGION'] ?? 'eu-central-1',
    ...(process.env['KMS_ENDPOINT'] === undefined ? {} : { endpoint: process.env['KMS_ENDPOINT'] }),
    keyIds: (JSON.parse(process.env['KMS_KEYS'] ?? '{}') as { cleared?: string[] }).cleared ?? [],
  },
  sessionTimeoutMs: Number(process.env['GROUP_SESSION_TIMEOUT_MS'] ?? 30_000),
  positions,
  onTransaction: async (event, delivery) => {
    await db.transaction(async (tx) => {
      await book(tx, event);
      await storePosition(tx, delivery);
    });
    booked += 1;
  },
  onNotice: (notice) => console.log(JSON.stringify(notice)),
  signal: stopping.signal,
});

const report = async (): Promise<void> => {
  while (!stopping.signal.aborted) {
    const behind = (await subscription.lag()).reduce((sum, { lag }) => sum + lag, 0);
    console.log(`booked ${booked}, ${behind} behind`);
    await sleep(reportEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
};
await Promise.all([subscription.done.finally(() => stopping.abort()), report()]);
await db.close();
