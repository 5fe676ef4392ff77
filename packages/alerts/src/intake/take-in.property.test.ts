import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hourMs, noonMs, refusedFacts, transactionFacts } from '../fixtures/facts.fixture.ts';
import { createKeptAlerts } from '../fixtures/kept-alerts.fixture.ts';
import type { Facts } from './facts.ts';

const nowMs = noonMs + 30 * 24 * hourMs;

const shape = fc.record({
  account: fc.constantFrom('ann', 'bob', 'eve', 'joe', 'kim'),
  counterparty: fc.constantFrom(null, null, 'mule', 'shop'),
  hours: fc.integer({ min: -60, max: 260 }),
  severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
  score: fc.integer({ min: 0, max: 10 }),
  rule: fc.constantFrom('one', 'two'),
  repeats: fc.boolean(),
  refused: fc.boolean(),
});

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

/** Some come twice, as after a crash. */
const factsOf = (shapes: readonly Shape[]): readonly Facts[] =>
  shapes.map((one, index) => {
    const number = one.repeats && index > 0 ? index - 1 : index;
    if (one.refused) return refusedFacts(number);
    const { account, counterparty, severity } = one;
    return transactionFacts(number, {
      ...{ account, counterparty, severity, score: one.score / 10 },
      ...{ rules: [one.rule], linkingRules: [one.rule], eventAtMs: noonMs + (one.hours * hourMs) / 4 },
    });
  });

const cutsOf = <T>(all: readonly T[], cuts: readonly number[]): readonly (readonly T[])[] => {
  const at = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((one, other) => one - other), all.length];
  return at.slice(1).map((end, index) => all.slice(at[index], end));
};

/** What must not depend on batches: everything but revisions and the times of our own clock. */
const lasting = (kept: ReturnType<typeof createKeptAlerts>) => ({
  alerts: new Map(
    [...kept.alerts].map(([id, alert]) => [
      id,
      { ...alert, revision: 0, openedAtMs: 0, changedAtMs: 0, isOver: alert.episodeEndedAtMs !== null },
    ]),
  ),
  entries: kept.entries,
  cases: new Map([...kept.cases].map(([id, one]) => [id, { ...one, openedAtMs: 0 }])),
});

test('However records are cut into batches, they make the same alerts, entries and cases', () => {
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (shapes, cuts) => {
        const findings = factsOf(shapes);
        const whole = createKeptAlerts();
        whole.take(findings, nowMs);
        const cut = createKeptAlerts();
        for (const batch of cutsOf(findings, cuts)) cut.take(batch, nowMs);
        assert.deepEqual(lasting(cut), lasting(whole));
      },
    ),
    { numRuns: 300 },
  );
});

test('Every entry is in exactly one alert, and what an alert says is what its entries say', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 60 }), (shapes) => {
      const kept = createKeptAlerts();
      for (const finding of factsOf(shapes)) kept.take([finding], nowMs);
      for (const alert of kept.alerts.values()) {
        const entries = [...kept.entries.values()].filter(({ alertId }) => alertId === alert.alertId);
        assert.deepEqual(
          entries.map(({ ordinal }) => ordinal),
          entries.map((_, index) => index),
        );
        assert.equal(alert.transactions, entries.length);
        assert.equal(alert.revision >= entries.length, true);
        assert.equal(alert.lastEventAtMs, Math.max(...entries.map(({ eventAtMs }) => eventAtMs)));
        assert.equal(alert.held, entries.filter(({ verdict }) => verdict === 'held').length);
        assert.ok(
          entries.some(({ entryId, severity }) => entryId === alert.gravest && severity === alert.severity),
        );
      }
      for (const one of kept.cases.values()) {
        const members = [...kept.alerts.values()].filter(({ caseId }) => caseId === one.caseId);
        assert.equal(members.length, one.alerts);
        assert.ok(members.length >= 2);
      }
    }),
    { numRuns: 100 },
  );
});
