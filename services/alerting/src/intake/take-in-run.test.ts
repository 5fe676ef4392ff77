import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { streams, WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { alertCell } from '../store/store-columns.ts';
import { createIntakeWorld, identityAt, strangeRecord } from './fixtures/intake-world.ts';
import { takeInRun } from './take-in-run.ts';

const input = { stream: 'held', partition: 2 } as const;
const another = 'a1_BBECAwQFBgcICQoLDA0ODw';

const runOf = (records: readonly KafkaRecord[], from?: number) => ({
  from,
  next: (records.at(-1)?.offset ?? 0) + 1,
  records,
});

const storedPosition = (store: AlertStore): Promise<number | undefined> =>
  store.transaction((rows) => rows.position(streams.held.topic, 2));

test('Held transactions of one account become one alert that grows, each revision said once', async () => {
  const world = createIntakeWorld();
  await takeInRun(world.parts, input, runOf([await world.heldRecord(0), await world.heldRecord(1)]));
  await takeInRun(
    world.parts,
    input,
    runOf([await world.heldRecord(2), await world.heldRecord(3, {}, another)], 2),
  );
  const alerts = await world.store.listAlerts({ limit: 10 });
  assert.deepEqual(alerts.map(({ transactions, revision }) => [transactions, revision]).toSorted(), [
    [1, 1],
    [3, 2],
  ]);
  const { revisions, records } = await world.outbox();
  assert.deepEqual(
    revisions.map((one) => [one.revision, one.kind === 'unusual_transactions' && one.transactionIds]),
    [
      [1, ['TX-0', 'TX-1']],
      [2, ['TX-0', 'TX-1', 'TX-2']],
      [1, ['TX-3']],
    ],
  );
  assert.equal(records.length, 2 * revisions.length, 'each has its finding for a SIEM');
  const grown = alerts.find(({ transactions }) => transactions === 3);
  const entries = await world.store.entriesOf(grown?.alertId ?? '', 0, 10);
  assert.deepEqual(
    entries.map(({ entry, record }) => [entry.entryId, entry.kept.offset, record !== undefined]),
    [0, 1, 2].map((offset) => [identityAt(offset), offset, true]),
  );
  assert.equal(await storedPosition(world.store), 4);
});

test('A run that was taken in before leaves no trace', async () => {
  const world = createIntakeWorld();
  const records = [await world.heldRecord(0), await world.heldRecord(1)];
  await takeInRun(world.parts, input, runOf(records));
  const before = (await world.outbox()).records.length;
  assert.equal((await takeInRun(world.parts, input, runOf(records))).kind, 'moved');
  // Another worker that believes another position.
  assert.equal((await takeInRun(world.parts, input, runOf([await world.heldRecord(9)], 9))).kind, 'moved');
  assert.equal((await world.outbox()).records.length, before);
  assert.equal(await storedPosition(world.store), 2);
});

test('A run that waits for its turn is left where its worker stops meanwhile, and the next one is not', async () => {
  const world = createIntakeWorld();
  const inTurn = Promise.withResolvers<void>();
  const isFree = Promise.withResolvers<void>();
  const before = world.parts.takeTurn(async () => {
    inTurn.resolve();
    await isFree.promise;
  });
  await inTurn.promise;
  let isStopping = false;
  const run = runOf([await world.heldRecord(0)]);
  const waiting = takeInRun(world.parts, input, run, () => isStopping);
  isStopping = true;
  isFree.resolve();
  await before;
  assert.deepEqual(await waiting, { kind: 'left' });
  assert.equal(await storedPosition(world.store), undefined);
  assert.equal((await takeInRun(world.parts, input, run)).kind, 'taken');
});

test('A transaction that is in an alert already is not taken in again, wherever it comes from', async () => {
  const world = createIntakeWorld();
  await takeInRun(world.parts, input, runOf([await world.heldRecord(0)]));
  const again = { ...(await world.heldRecord(0)), offset: 1 };
  await takeInRun(world.parts, input, runOf([again], 1));
  const [alert] = await world.store.listAlerts({ limit: 10 });
  assert.deepEqual([alert?.transactions, alert?.revision], [1, 1]);
  assert.equal(await storedPosition(world.store), 2);
});

test('Alerts of two accounts with one counterparty join a case, however far apart they are taken in', async () => {
  const world = createIntakeWorld();
  const shop = { counterparty: { name: 'Shop', pseudonym: `c1_${'B'.repeat(22)}` } };
  await takeInRun(world.parts, input, runOf([await world.heldRecord(0, { transaction: shop })]));
  const day = '2025-06-16T12:00:00.000Z';
  const nextDay = { transaction: { ...shop, eventTime: day } };
  await takeInRun(world.parts, input, runOf([await world.heldRecord(1, nextDay, another)], 1));
  const alerts = await world.store.listAlerts({ limit: 10 });
  const [caseId, ...others] = [...new Set(alerts.map((alert) => alert.caseId))];
  assert.deepEqual([alerts.length, others.length, typeof caseId], [2, 0, 'string']);
  const [found] = await world.store.cases([caseId ?? '']);
  assert.deepEqual([found?.alerts, found?.links], [2, [`counterparty c1_${'B'.repeat(22)}`]]);
  // The earlier one says so in a revision of its own, which still names its transactions.
  const { revisions } = await world.outbox();
  assert.deepEqual(
    revisions
      .map((one) => [one.revision, one.kind === 'unusual_transactions' && one.transactionIds])
      .toSorted(),
    [
      [1, ['TX-0']],
      [1, ['TX-1']],
      [2, ['TX-0']],
    ],
  );
});

test('A held record that can not be read becomes a dead letter and a request to the notary, and no alert', async () => {
  const world = createIntakeWorld();
  await takeInRun(world.parts, input, runOf([strangeRecord(2, 0), await world.heldRecord(1)]));
  const { records, revisions } = await world.outbox();
  assert.equal(revisions.length, 1);
  assert.deepEqual(
    records
      .filter(({ topic }) => topic !== streams.alerts.topic)
      .map(({ topic, partition }) => [topic, partition]),
    [
      [streams.rejected.topic, 2],
      [streams.intake.topic, 0],
    ],
  );
});

test('What somebody does to an alert while a run grows it is kept, and so is the run', async () => {
  const world = createIntakeWorld();
  await takeInRun(world.parts, input, runOf([await world.heldRecord(0)]));
  const [before] = await world.store.listAlerts({ limit: 1 });
  let isActed = false;
  const columns = {
    ...world.columns,
    // Between what the run has read and what it writes.
    seal: async (cells: Parameters<typeof world.columns.seal>[0]) => {
      if (!isActed) {
        isActed = true;
        await world.store.transaction(async (rows) => {
          const [stored] = await rows.alerts([before?.alertId ?? '']);
          if (stored === undefined) throw new Error('the alert is there');
          const acted = act(stored.alert, { kind: 'acknowledge' }, { kind: 'token', name: 'ada' }, 1);
          if (!acted.ok) throw new Error('a new alert can be acknowledged');
          await rows.saveAlerts([{ alert: acted.alert, sealed: stored.sealed }]);
        });
      }
      return world.columns.seal(cells);
    },
  };
  const outcome = await takeInRun({ ...world.parts, columns }, input, runOf([await world.heldRecord(1)], 1));
  assert.equal(outcome.kind, 'taken');
  const [alert] = await world.store.listAlerts({ limit: 1 });
  assert.deepEqual([alert?.state, alert?.revision, alert?.transactions], ['acknowledged', 3, 2]);
});

test('A sealed column opens in its own row alone', async () => {
  const world = createIntakeWorld();
  await takeInRun(
    world.parts,
    input,
    runOf([await world.heldRecord(0), await world.heldRecord(1, {}, another)]),
  );
  const [one, other] = await Promise.all(
    (await world.store.listAlerts({ limit: 2 })).map(({ alertId }) => world.store.alert(alertId)),
  );
  if (one === undefined || other === undefined) throw new Error('there are two alerts');
  const opened = await world.columns.open([
    { ...alertCell(one.alert), sealed: one.sealed },
    { ...alertCell(one.alert), sealed: other.sealed },
    { ...alertCell(one.alert), column: 'change', sealed: one.sealed },
  ]);
  assert.deepEqual(
    opened.map((plaintext) => plaintext !== undefined),
    [true, false, false],
  );
  const moved = { alert: one.alert, sealed: other.sealed };
  await world.store.transaction((rows) => rows.saveAlerts([moved]));
  const partition =
    one.alert.account === another ? await world.heldRecord(2, {}, another) : await world.heldRecord(2);
  await assert.rejects(takeInRun(world.parts, input, runOf([partition], 2)), { code: 'store_other' });
});

test('Whenever a process ends, each transaction is in one alert and each revision is said once', async () => {
  for (let endAt = 1; ; endAt += 1) {
    const store = createMemoryAlertStore();
    let steps = 0;
    const dying: AlertStore = {
      ...store,
      transaction: async (work) => {
        steps += 1;
        if (steps === endAt) throw new WeirError('store_unavailable', 'gone before');
        const result = await store.transaction(work);
        steps += 1;
        if (steps === endAt) throw new WeirError('store_unavailable', 'gone after');
        return result;
      },
    };
    const world = createIntakeWorld(store);
    const records = [await world.heldRecord(0), await world.heldRecord(1), strangeRecord(2, 2)];
    const takeAll = async (from: AlertStore): Promise<void> => {
      for (const record of records) {
        const position = await storedPosition(store);
        if (record.offset < (position ?? 0)) continue;
        await takeInRun({ ...world.parts, store: from }, input, runOf([record], position));
      }
    };
    const ended = await takeAll(dying).then(
      () => undefined,
      (error: unknown) => error,
    );
    await takeAll(store);
    const { revisions, records: outbox } = await world.outbox();
    assert.deepEqual(
      revisions.map(({ revision }) => revision),
      [1, 2],
      `ended at step ${endAt}`,
    );
    assert.equal(outbox.length, 6);
    assert.equal((await world.store.listAlerts({ limit: 5 }))[0]?.transactions, 2);
    if (ended === undefined) break;
  }
});
