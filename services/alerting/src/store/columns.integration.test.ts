import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { canaries, findCanaries, makeTempFolder, waitFor } from '@weir/testkit';
import { migrate } from '../../../../packages/alert-store/src/sql/migrate.ts';
import { openPglite } from '../../../../packages/alert-store/src/sql/open-pglite.ts';
import { createSqlAlertStore } from '../../../../packages/alert-store/src/sql/sql-alert-store.ts';
import { createApiWorld } from '../api/fixtures/api-world.ts';
import { channelsOf, scriptedReceiver } from '../deliver/fixtures/scripted-receiver.ts';
import { strangeRecord } from '../intake/fixtures/intake-world.ts';
import { takeInRun } from '../intake/take-in-run.ts';
import { startNotifier } from '../notify/notifier.ts';

const nothing = (): void => undefined;
/** As its sender wrote it; no pseudonym has a hyphen in it. */
const transactionId = 'TX-SENDER-5b1e';
const account = { iban: canaries.iban };

const database = openPglite(makeTempFolder('columns'));
await migrate(database, { environment: 'test' });
after(() => database.close());

/** Every row of every table as text, bytes in hex. */
async function everyRow(): Promise<readonly { readonly table: string; readonly row: string }[]> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'weir'`,
  );
  const rows = [];
  for (const { name } of tables)
    for (const { row } of await database.query<{ row: string }>(
      `select to_jsonb(each)::text as row from weir."${name}" as each`,
    ))
      rows.push({ table: name, row });
  return rows;
}

const inClear = (row: string, words: readonly string[]): readonly string[] => [
  ...findCanaries(Buffer.from(row)),
  ...words.filter((word) =>
    [word, Buffer.from(word).toString('hex')].some((spelling) => row.includes(spelling)),
  ),
];

test('No account, name, text or id that people or senders wrote, and no address, stands in clear in any column', async () => {
  const world = createApiWorld({}, createSqlAlertStore(database));
  const { store, parts, clock } = world;
  const alertId = await world.hold(1, undefined, {
    transaction: {
      ...{ transactionId, account, remittanceInformation: canaries.description },
      counterparty: { name: canaries.counterpartyName, account, pseudonym: `c1_${'B'.repeat(22)}` },
    },
  });
  const stranger = { from: 1, next: 2, records: [strangeRecord(2, 1)] };
  await takeInRun(parts, { stream: 'held', partition: 2 }, stranger);

  const receivers = parts
    .routing()
    .receivers.map(({ id, channel }) => scriptedReceiver({ now: parts.nowMs }, id, { name: channel }));
  clock.nowMs += 3_600_000;
  const notifier = startNotifier({
    ...{ store, columns: world.columns, opening: parts.opening, random: () => 0 },
    clock: {
      now: parts.nowMs,
      wait: (_delayMs, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    },
    routes: () => ({ routing: parts.routing(), channels: channelsOf(receivers) }),
    observe: { told: nothing, dropped: nothing, waiting: nothing },
    onTold: nothing,
  });
  await waitFor(async () => (await store.deliveriesOfAlert(alertId, 1)).length > 0, { deadlineMs: 30_000 });
  await notifier.stop();

  // What is over leaves some tables again.
  const rows = [...(await everyRow())];
  const reason = canaries.accountName;
  const later = new Date(clock.nowMs + 3_600_000).toISOString();
  for (const [who, path, body] of [
    ['ana', `/v1/alerts/${alertId}/release`, { reason }],
    ['ben', `/v1/alerts/${alertId}/release/approval`, { reason }],
    ['ana', `/v1/alerts/${alertId}/acts`, { act: 'snooze', until: later, reason }],
    ['ops', '/v1/silences', { match: { rules: ['new_payee'] }, endsAt: later, reason }],
    ['ana', `/v1/alerts/${alertId}/acts`, { act: 'close', outcome: 'false_positive', reason }],
  ] as const) {
    const { status, body: answer } = await world.ask(who, path, body);
    assert.ok(status < 300, `${path} ${JSON.stringify(answer)}`);
  }

  rows.push(...(await everyRow()));
  const written = new Set(rows.map(({ table }) => table));
  for (const table of ['alerts', 'entries', 'changes', 'groups', 'notifications', 'deliveries', 'outbox'])
    assert.ok(written.has(table), table);
  for (const table of ['release_requests', 'silences', 'positions']) assert.ok(written.has(table), table);
  assert.deepEqual(
    rows.flatMap(({ table, row }) =>
      inClear(row, [transactionId, 'analyst@localhost', 'a stranger']).map((what) => `${what} in ${table}`),
    ),
    [],
  );
});
