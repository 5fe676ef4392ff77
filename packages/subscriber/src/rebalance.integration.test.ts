import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { createKeyAdmin } from '@weir/kms';
import { waitFor } from '@weir/testkit';
import type { Delivery } from './delivery.ts';
import { clearedEvents, numbers } from './fixtures/cleared-events.ts';
import { startSubscriberStack } from './fixtures/subscriber-stack.ts';
import type { SubscriberStack } from './fixtures/subscriber-stack.ts';
import type { Notice } from './notices.ts';
import type { StoredPosition } from './stored-position.ts';
import { subscribe } from './subscribe.ts';
import { PositionMovedError } from './subscription-error.ts';

const deadlineMs = 45_000;

let stack: SubscriberStack;
before(async () => {
  stack = await startSubscriberStack();
});
after(() => stack.stop());

/** One database that the members share, as they would share a server. */
async function openLedger() {
  const db = await PGlite.create();
  await db.exec(`
    create table positions (partition int primary key, position jsonb not null);
    create table effects (partition int not null, source_offset bigint not null, member text not null);`);
  return {
    load: async ({ partition }: { readonly partition: number }): Promise<StoredPosition | undefined> => {
      const { rows } = await db.query<{ position: StoredPosition }>(
        'select position from positions where partition = $1',
        [partition],
      );
      return rows[0]?.position;
    },
    apply: (member: string, sourceOffset: number, { partition, previous, position }: Delivery) =>
      db.transaction(async (tx) => {
        await tx.query('insert into effects values ($1, $2, $3)', [partition, sourceOffset, member]);
        const stored = JSON.stringify(position);
        const { affectedRows } =
          previous === undefined
            ? await tx.query('insert into positions values ($1, $2) on conflict do nothing', [
                partition,
                stored,
              ])
            : await tx.query(
                `update positions set position = $2 where partition = $1 and (position ->> 'offset')::bigint = $3`,
                [partition, stored, previous.offset],
              );
        if (affectedRows !== 1) throw new PositionMovedError();
      }),
    effects: async () => {
      const { rows } = await db.query<{ place: string; member: string }>(
        `select partition || ' ' || source_offset as place, member from effects`,
      );
      return rows;
    },
    close: () => db.close(),
  };
}

test('members that join and leave share the partitions, without a gap or a double', async () => {
  const partitions = 4;
  const total = 400;
  const topic = await stack.topic(partitions);
  const ledger = await openLedger();
  const count = async () => (await ledger.effects()).length;
  const member = async (name: string) => {
    const notices: Notice[] = [];
    const subscription = await subscribe({
      ...topic.options,
      positions: ledger,
      onTransaction: (event, delivery) => ledger.apply(name, event.sourceOffset, delivery),
      onNotice: (notice) => void notices.push(notice),
    });
    return { subscription, notices };
  };
  const writeUpTo = async (from: number, to: number): Promise<void> => {
    for (let partition = 0; partition < partitions; partition += 1) {
      await topic.write(partition, clearedEvents(partition, numbers(from, to)));
    }
  };
  try {
    await writeUpTo(0, 200);
    const first = await member('first');
    await waitFor(async () => (await count()) > 100, { deadlineMs, what: 'the first member to work' });
    const second = await member('second');
    await writeUpTo(200, 300);
    await waitFor(async () => (await ledger.effects()).some((effect) => effect.member === 'second'), {
      deadlineMs,
      what: 'the second member to work',
    });
    await first.subscription.stop();
    await first.subscription.done;
    await writeUpTo(300, total);
    await waitFor(async () => (await count()) >= partitions * total, { deadlineMs, what: 'every effect' });
    await second.subscription.stop();

    const assigned = second.notices.filter((notice) => notice.kind === 'assigned');
    assert.deepEqual(
      assigned.map((notice) => notice.partitions.length),
      [2, 4],
    );
    const expected = numbers(0, partitions).flatMap((partition) =>
      numbers(0, total).map((sourceOffset) => `${partition} ${sourceOffset}`),
    );
    assert.deepEqual((await ledger.effects()).map(({ place }) => place).sort(), expected.sort());
  } finally {
    await ledger.close();
  }
});

test('a key that was disabled stops the subscriber with that code, and nothing is handled', async () => {
  const topic = await stack.topic(1);
  await topic.write(0, clearedEvents(0, numbers(0, 3)));
  const { keyId, owner, endpoint, region } = stack.kms;
  const admin = createKeyAdmin({ endpoint, region, credentials: owner });
  await admin.disable(keyId);
  admin.close();
  const handled: number[] = [];
  const subscription = await subscribe({
    ...topic.options,
    onTransaction: ({ sourceOffset }) => void handled.push(sourceOffset),
  });
  await assert.rejects(subscription.done, {
    name: 'SubscriptionError',
    code: 'kms_key_disabled',
    place: { topic: topic.topic, partition: 0, offset: 0 },
  });
  assert.deepEqual(handled, []);
});
