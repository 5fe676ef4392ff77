import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act } from '@weir/alerts';
import type { Act } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { streams } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createMemoryKafka } from '@weir/kafka/memory';
import { createIntakeWorld, strangeRecord } from '../intake/fixtures/intake-world.ts';
import { takeInRun } from '../intake/take-in-run.ts';
import { createOutboxRelay } from '../relay/outbox-relay.ts';
import { decodeDetails, encodeDetails, releaseInDetails } from '../store/alert-details.ts';
import { revisionEvents } from '../store/outbox-records.ts';
import { alertCell, changeCell } from '../store/store-columns.ts';
import { rebuildStore } from './rebuild-store.ts';

const another = 'a1_BBECAwQFBgcICQoLDA0ODw';
const counterparty = { name: 'Shop', pseudonym: `c1_${'B'.repeat(22)}` };
const partition = 2;

type World = ReturnType<typeof createIntakeWorld>;

/** A world whose topics are in memory too. */
async function worldWithTopics() {
  const world = createIntakeWorld();
  const kafka = createMemoryKafka().connect();
  const topics = [streams.held, streams.rejected, streams.alerts, streams.intake].map(({ topic }) => topic);
  await kafka.ensureTopics(
    topics.map((topic) => ({ topic, partitions: 4, replicationFactor: 1, config: {} })),
  );
  const producer = await kafka.createProducer();
  const openOutbox = () =>
    kafka.createPartitionTransactions({ transactionalId: 'outbox', groupId: 'outbox' });
  const relay = createOutboxRelay({ outbox: world.store, openTransactions: openOutbox });
  const parts = {
    ...{ kafka, openOutbox, groupId: 'weir-alerting' },
    ...{ opening: world.parts.opening, columns: world.columns, sealOutbox: world.parts.sealOutbox },
    signal: new AbortController().signal,
    nowMs: () => world.clock.nowMs,
  };
  return {
    world,
    parts,
    /** Writes records to the held topic, as detection would, where they are for anybody to read again. */
    append: (records: readonly KafkaRecord[]) =>
      producer.append(
        streams.held.topic,
        partition,
        records.map(({ key, value, headers }) => ({
          ...{ key, value },
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, bytes]) => [name, bytes ?? Buffer.alloc(0)]),
          ),
        })),
      ),
    publish: async () => {
      while ((await relay.publishNext()) > 0);
    },
    rebuild: async (store: AlertStore = createMemoryAlertStore()) => ({
      store,
      rebuilt: await rebuildStore({ ...parts, store }),
    }),
  };
}

const take = async ({ parts, store }: World, records: readonly KafkaRecord[]): Promise<void> => {
  const from = await store.transaction((rows) => rows.position(streams.held.topic, partition));
  const next = (records.at(-1)?.offset ?? 0) + 1;
  await takeInRun(parts, { stream: 'held', partition }, { from, next, records });
};

/** Changes an alert as the API would, with what its revision has to say. */
async function change(world: World, alertId: string, what: Act, reason: string, released?: string) {
  const found = await world.store.alert(alertId);
  if (found === undefined) throw new Error('the alert is there');
  const acted = act(found.alert, what, { kind: 'token', name: 'ada' }, world.clock.nowMs);
  if (!acted.ok || acted.change === undefined) throw new Error('the alert can be changed so');
  const made = { alert: acted.alert, change: acted.change };
  const [plaintext] = await world.columns.open([{ ...alertCell(found.alert), sealed: found.sealed }]);
  const before = decodeDetails(alertId, plaintext);
  const details = released === undefined ? before : releaseInDetails(before, released, 'requested');
  const [sealed = new Uint8Array(), sealedReason] = await world.columns.seal([
    { ...alertCell(made.alert), plaintext: encodeDetails(details) },
    { ...changeCell(made.alert.tenant, made.change), plaintext: Buffer.from(reason) },
  ]);
  const outbox = await world.parts.sealOutbox(revisionEvents('test', { ...made, details, reason }));
  await world.store.transaction(async (rows) => {
    await rows.saveAlerts([{ alert: made.alert, sealed }]);
    await rows.addChanges([{ change: made.change, sealedReason }]);
    if (released !== undefined) {
      const entry = await rows.entry(released);
      if (entry === undefined) throw new Error('the entry is there');
      await rows.saveEntry({ ...entry.entry, release: 'requested' });
      await rows.saveReleaseRequest({
        ...{ entryId: released, alertId, requestedBy: 'ada', requestedAtMs: made.change.atMs },
        ...{ approvedBy: null, approvedAtMs: null },
      });
    }
    await rows.appendOutbox(outbox);
  });
}

/** Everything that a store says of its alerts, with what is sealed opened. */
async function contentOf(store: AlertStore, columns: World['columns']) {
  const alerts = await store.listAlerts({ limit: 1_000 });
  const content = [];
  for (const { alertId } of alerts) {
    const stored = await store.alert(alertId);
    if (stored === undefined) throw new Error('a listed alert is there');
    const [plaintext] = await columns.open([{ ...alertCell(stored.alert), sealed: stored.sealed }]);
    const changes = await store.changesOf(alertId, 100);
    const reasons = await columns.open(
      changes.flatMap(({ change: one, sealedReason }) =>
        sealedReason === undefined ? [] : [{ ...changeCell(stored.alert.tenant, one), sealed: sealedReason }],
      ),
    );
    content.push({
      alert: stored.alert,
      details: decodeDetails(alertId, plaintext),
      entries: (await store.entriesOf(alertId, 0, 500)).map(({ entry, record }) => ({
        entry,
        record: record === undefined ? undefined : { ...record, value: Buffer.from(record.value) },
      })),
      changes: changes.map((one) => one.change),
      reasons: reasons.map((reason) => reason?.toString()),
      releases: await store.releaseRequestsOf(alertId),
    });
  }
  const caseIds = alerts.flatMap(({ caseId }) => caseId ?? []);
  const cases = await store.cases([...new Set(caseIds)]);
  // When a case was opened no revision says; its alerts say it nearly enough.
  return { content, cases: cases.map(({ openedAtMs: _, lastEventAtMs: __, ...one }) => one) };
}

async function livedIn() {
  const topics = await worldWithTopics();
  const { world } = topics;
  const records = [
    await world.heldRecord(0, { transaction: { counterparty } }),
    await world.heldRecord(1, { transaction: { amountMinor: 5_000 } }),
    await world.heldRecord(2, { transaction: { counterparty } }, another),
    strangeRecord(partition, 3),
    await world.heldRecord(4, { transaction: { eventTime: '2025-06-15T12:20:00.000Z' } }),
  ];
  await topics.append(records);
  await take(world, records.slice(0, 2));
  world.clock.nowMs += 1_000;
  await take(world, records.slice(2));
  const alerts = await world.store.listAlerts({ limit: 10 });
  const [one, other] = alerts.toSorted((a, b) => a.transactions - b.transactions);
  if (one === undefined || other === undefined) throw new Error('there are two alerts');
  world.clock.nowMs += 1_000;
  await change(world, one.alertId, { kind: 'close', outcome: 'false_positive' }, 'the owner says so');
  await change(world, other.alertId, { kind: 'acknowledge' }, 'I look', other.first);
  await topics.publish();
  return topics;
}

test('A rebuilt store says of every alert what the lost one said, with evidence, reasons, cases and releases', async () => {
  const { world, rebuild } = await livedIn();
  const { store, rebuilt } = await rebuild();
  const before = await contentOf(world.store, world.columns);
  assert.deepEqual(await contentOf(store, world.columns), before);
  assert.equal(before.content.length, 2);
  assert.deepEqual(rebuilt, { alerts: 2, entries: 4, withoutEvidence: 0, untold: 2, unreadable: 0 });
  assert.equal((await store.dueGroups(Number.MAX_SAFE_INTEGER, 10)).length, 0, 'nobody is told again');
});

test('What no alert names is taken in after a rebuild, and what one names is not', async () => {
  const topics = await livedIn();
  const { world, parts } = topics;
  const late = await world.heldRecord(5, { transaction: { eventTime: '2025-06-15T12:30:00.000Z' } });
  await topics.append([late]);
  const { store, rebuilt } = await topics.rebuild();
  assert.equal(rebuilt.untold, 3, 'the stranger, its dead letter and the late one');
  const position = await store.transaction((rows) => rows.position(streams.held.topic, partition));
  assert.equal(position, 3);
  const fresh: World['parts'] = { ...world.parts, store };
  const records: KafkaRecord[] = [];
  await parts.kafka.readRange({
    ...{ topic: streams.held.topic, from: new Map([[partition, 3]]) },
    ...{ readCommitted: true, deadlineMs: 5_000, onRecord: (record) => void records.push(record) },
  });
  await takeInRun(fresh, { stream: 'held', partition }, { from: 3, next: 6, records });
  const grown = (await store.listAlerts({ limit: 10 })).find(({ transactions }) => transactions === 4);
  assert.equal(grown?.latest, 't1_0000000000000000000005');
  // The numbers of the new outbox begin anew, and the relay goes on by them.
  const relay = createOutboxRelay({ outbox: store, openTransactions: parts.openOutbox });
  while ((await relay.publishNext()) > 0);
  assert.equal((await store.counts()).outbox, 0);
});

test('A store with something in it is not rebuilt into', async () => {
  const { world, rebuild } = await livedIn();
  await assert.rejects(rebuild(world.store), { code: 'store_other' });
});
