import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noonMs, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createWorld, routingOf } from '../fixtures/world.fixture.ts';
import type { Alert } from '../model.ts';
import { planGroup } from './plan-group.ts';

test('Of the alerts that may keep others quiet, those that do are looked for once in a round', () => {
  const world = createWorld(
    routingOf({
      receivers: [{ id: 'desk', channel: 'mail', to: ['desk@bank.example'] }],
      routes: [{ id: 'all', to: ['desk'] }],
      inhibit: [{ source: { severityAtLeast: 'high' }, target: {}, equal: ['counterparty'] }],
    }),
    noonMs,
  );
  const names = Array.from({ length: 20 }, (_, index) => `a${index}`);
  world.take(names.map((account, index) => transactionFacts(index + 1, { account, counterparty: account })));
  let looks = 0;
  const inhibitors = [...world.alerts.values()].map((alert): Alert => ({
    ...alert,
    get state() {
      looks += 1;
      return alert.state;
    },
  }));
  const round = {
    ...{ routing: world.routing(), silences: [], inhibitors, nowMs: world.now() },
    ...{ receiverStates: new Map(), gathering: [] },
  };
  for (const group of world.groups.values()) {
    const alerts = group.members.flatMap(({ alertId }) => world.alerts.get(alertId) ?? []);
    planGroup({ ...round, group, alerts });
  }
  assert.equal(world.groups.size, names.length);
  assert.ok(looks <= 2 * names.length, `${looks} looks`);
});
