import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noonMs, transactionFacts } from '../fixtures/facts.fixture.ts';
import { documents, play, scripts, silenceOf, starts } from '../fixtures/script.fixture.ts';
import { createWorld } from '../fixtures/world.fixture.ts';
import type { Told } from '../fixtures/world.fixture.ts';
import type { Routing } from '../routing/document.ts';
import { routesFor } from './routes-for.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const runs = { numRuns: 50 };

test('Nothing is untold for longer than the document allows, unless it is silenced, snoozed or closed', () => {
  fc.assert(
    fc.property(
      documents({ isLimited: true }),
      starts,
      scripts,
      fc.array(silenceOf, { maxLength: 2 }),
      (routing, startMs, script, silenced) => {
        const { world, pass } = play(routing, startMs, script, {
          silenced,
          look: (seen, books) => {
            assert.deepEqual(books.overdue(seen.alerts, seen.now()), []);
          },
        });
        pass(world.now() + 5 * dayMs);
      },
    ),
    runs,
  );
});

/** What news are told by; other notifications repeat on purpose. */
const isNews = ({ reason }: Told): boolean => ['first', 'update', 'digest'].includes(reason);

test('Nobody is told one revision twice, but by a reminder, an escalation or a summary', () => {
  fc.assert(
    fc.property(documents({ isLimited: true }), starts, scripts, (routing, startMs, script) => {
      const { world, pass } = play(routing, startMs, script);
      pass(world.now() + 5 * dayMs);
      const news = world.told
        .filter(isNews)
        .flatMap(({ receivers, revisions }) =>
          receivers.flatMap(({ receiverId }) =>
            [...revisions].map(([alertId, revision]) => `${receiverId} ${alertId} ${revision}`),
          ),
        );
      assert.equal(new Set(news).size, news.length);
      const keys = world.told.flatMap(({ receivers }) => receivers.map(({ deliveryKey }) => deliveryKey));
      assert.equal(new Set(keys).size, keys.length);
      const ids = world.told.map(({ notificationId }) => notificationId);
      assert.equal(new Set(ids).size, ids.length);
    }),
    runs,
  );
});

test('Nobody is told more often than the limit allows', () => {
  fc.assert(
    fc.property(documents({ isLimited: true }), starts, scripts, (routing, startMs, script) => {
      const { world, pass } = play(routing, startMs, script);
      pass(world.now() + 2 * dayMs);
      for (const { id, rateLimit } of routing.receivers) {
        assert.ok(rateLimit);
        const times = world.told.filter(
          ({ reason, receivers }) => reason !== 'closed' && receivers.some((one) => one.receiverId === id),
        );
        for (const { atMs } of times) {
          const within = times.filter((one) => one.atMs > atMs - 10 * minuteMs && one.atMs <= atMs);
          assert.ok(within.length <= rateLimit.most);
        }
      }
    }),
    runs,
  );
});

/** What is told to whom the route tells, of what is open. */
const isOwn = ({ reason }: Told): boolean => reason !== 'escalation' && reason !== 'closed';

test('Updates keep their distance, and reminders are as many as the document says', () => {
  fc.assert(
    fc.property(documents({ isLimited: false }), starts, scripts, (routing, startMs, script) => {
      const { world, pass } = play(routing, startMs, script);
      pass(world.now() + 5 * dayMs);
      for (const told of Map.groupBy(world.told, ({ groupId }) => groupId).values()) {
        const route = routing.routes.find(({ id }) => id === told[0]?.routeId);
        assert.ok(route);
        const own = told.filter(isOwn);
        own.forEach(({ reason, atMs }, index) => {
          const before = own[index - 1];
          if (reason !== 'update' || before === undefined) return;
          assert.ok(atMs - before.atMs >= (route.updateMinutes ?? 15) * minuteMs);
        });
        // One that is told anew, as the first, was forgotten too early.
        const news = own.filter(isNews);
        news.forEach(({ alertIds, atMs, reason }, index) => {
          if (reason === 'digest') return;
          const before = news
            .slice(0, index)
            .findLast((one) => one.alertIds.some((id) => alertIds.includes(id)));
          assert.ok(atMs - (before?.atMs ?? 0) >= (route.updateMinutes ?? 15) * minuteMs);
        });
        // Of each alert: one that comes from another group brings what was not reminded of yet, for all of them.
        const known = new Set<string>();
        const joins = own.map(({ alertIds }) => {
          const isJoined = alertIds.some((id) => !known.has(id));
          for (const id of alertIds) known.add(id);
          return isJoined;
        });
        for (const id of known) {
          const runsOfReminders = own
            .map((one, index) => ({ ...one, isJoined: joins[index] === true }))
            .filter(({ reason, alertIds }) => reason !== 'reminder' || alertIds.includes(id))
            .map(({ reason, isJoined }) => (reason === 'reminder' ? (isJoined ? '-r' : 'r') : '-'))
            .join('')
            .split('-');
          for (const reminders of runsOfReminders) assert.ok(reminders.length <= (route.repeat?.times ?? 0));
        }
      }
    }),
    runs,
  );
});

test('What a notification says comes next does come, then and to these, if nobody acts and nothing is new', () => {
  fc.assert(
    fc.property(documents({ isLimited: false }), starts, scripts, (routing, startMs, script) => {
      const { world, pass } = play(routing, startMs, script);
      const before = world.told.length;
      pass(world.now() + 12 * dayMs);
      // Promises that were made when nobody acted any more.
      for (const [index, promising] of world.told.entries()) {
        if (index < before) continue;
        const later = world.told.slice(index + 1).filter(({ groupId }) => groupId === promising.groupId);
        for (const { why, atMs, receivers } of promising.next) {
          if (why === 'update' || why === 'digest' || atMs > world.now()) continue;
          const news = later.find((one) => isNews(one) && one.atMs <= atMs);
          // What woke from a snooze meanwhile is new, and begins the reminders anew.
          if (why === 'reminder' && news !== undefined) continue;
          // What is graver and told meanwhile is let through by quiet hours: that is sooner, and never later.
          const sinceMs = news?.atMs ?? atMs;
          const kept = later.find(
            (one) =>
              one.reason === why &&
              one.atMs >= sinceMs &&
              one.atMs <= atMs &&
              one.receivers.map(({ receiverId }) => receiverId).join() === receivers.join(),
          );
          assert.ok(kept, `${why} at ${atMs} to ${receivers.join()}`);
        }
      }
    }),
    runs,
  );
});

test('That an alert is closed is told once to everybody who was told of it, and nothing of it after that', () => {
  fc.assert(
    fc.property(
      documents({ isLimited: true, closings: true }),
      starts,
      scripts,
      fc.array(silenceOf, { maxLength: 2 }),
      (routing, startMs, script, silenced) => {
        const { world, pass } = play(routing, startMs, script, { silenced });
        pass(world.now() + 5 * dayMs);
        const closings = world.told.filter(({ reason }) => reason === 'closed');
        const tellings = closings.flatMap(({ receivers, revisions }) =>
          receivers.flatMap(({ receiverId }) =>
            [...revisions].map(([alertId, revision]) => `${receiverId} ${alertId} ${revision}`),
          ),
        );
        assert.equal(new Set(tellings).size, tellings.length);
        const closed = [...world.alerts.values()].filter(({ state }) => state === 'closed');
        for (const alert of closed) {
          const own = world.told.filter(({ alertIds }) => alertIds.includes(alert.alertId));
          for (const { receivers, routeId } of own) {
            // One that grew graver has another route, and those of the one before are not told of it any more.
            const routes = routesFor(routing, alert, startMs).map(({ id }) => id);
            if (!routes.includes(routeId)) continue;
            for (const { receiverId } of receivers)
              assert.ok(tellings.some((one) => one.startsWith(`${receiverId} ${alert.alertId} `)));
          }
          const last = own.at(-1);
          assert.ok(last === undefined || last.reason === 'closed' || !tellsAll(routing, last.routeId));
        }
      },
    ),
    runs,
  );
});

/** Not one that only those of a graver route are told by, nor a summary. */
const tellsAll = ({ routes }: Routing, routeId: string): boolean =>
  routes.length === 1 && routes[0]?.id === routeId;

test('Nobody is told that something is closed who does not ask for it', () => {
  fc.assert(
    fc.property(
      documents({ isLimited: true, closings: false }),
      starts,
      scripts,
      (routing, startMs, script) => {
        const { world, pass } = play(routing, startMs, script);
        pass(world.now() + 5 * dayMs);
        assert.deepEqual(
          world.told.filter(({ reason }) => reason === 'closed'),
          [],
        );
      },
    ),
    { numRuns: 10 },
  );
});

test('Planning the same version twice gives the same', () => {
  fc.assert(
    fc.property(documents({ isLimited: true }), starts, scripts, (routing, startMs, script) => {
      const { world } = play(routing, startMs, script, {
        look: (seen) => {
          for (const group of seen.groups.values()) assert.deepEqual(seen.planOf(group), seen.planOf(group));
        },
      });
      for (const group of world.groups.values()) assert.deepEqual(world.planOf(group), world.planOf(group));
    }),
    { numRuns: 20 },
  );
});

test('However what comes at an instant is cut into batches, the same is told', () => {
  const arrivals = fc.array(
    fc.record({
      afterMinutes: fc.constantFrom(0, 1, 5, 20, 70),
      account: fc.constantFrom('ann', 'bob', 'eve'),
      severity: fc.constantFrom('low', 'high', 'critical'),
      isCut: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(documents({ isLimited: true }), arrivals, (routing, all) => {
      const toldOf = (isCut: (index: number) => boolean): readonly string[] => {
        const world = createWorld(routing, noonMs);
        let batch: ReturnType<typeof transactionFacts>[] = [];
        const flush = (): void => {
          if (batch.length > 0) world.take(batch);
          batch = [];
        };
        for (const [index, { afterMinutes, account, severity }] of all.entries()) {
          if (afterMinutes > 0) {
            flush();
            world.advance(world.now() + afterMinutes * minuteMs);
          } else if (isCut(index)) flush();
          batch.push(transactionFacts(index, { account, severity, eventAtMs: world.now() }));
        }
        flush();
        world.advance(world.now() + 5 * dayMs);
        return world.told.map(({ reason, atMs, alertIds, receivers }) =>
          [reason, atMs, alertIds.join(), receivers.map(({ receiverId }) => receiverId).join()].join(' '),
        );
      };
      assert.deepEqual(
        toldOf((index) => all[index]?.isCut === true),
        toldOf(() => false),
      );
    }),
    runs,
  );
});

test('A storm over hundreds of accounts is told in few notifications, and every alert in one of them', () => {
  fc.assert(
    fc.property(
      documents({ isLimited: true }),
      fc.integer({ min: 100, max: 600 }),
      fc.integer({ min: 1, max: 6 }),
      (routing, accounts, batches) => {
        const world = createWorld(routing, noonMs);
        for (let batch = 0; batch < batches; batch += 1) {
          const found = Array.from({ length: accounts }, (_, index) =>
            transactionFacts(batch * accounts + index, { account: `a${index}`, eventAtMs: world.now() }),
          );
          world.take(found);
          world.advance(world.now() + 10_000);
        }
        world.advance(noonMs + 60 * minuteMs);
        world.advance(noonMs + 30 * dayMs);
        const byReceiver = Map.groupBy(
          world.told.flatMap(({ receivers, alertIds }) =>
            receivers.map(({ receiverId }) => ({ receiverId, alertIds })),
          ),
          ({ receiverId }) => receiverId,
        );
        const desk = byReceiver.get('desk') ?? byReceiver.get('night') ?? [];
        assert.equal(new Set(desk.flatMap(({ alertIds }) => alertIds)).size, accounts);
        const inAnHour = world.told.filter(({ atMs }) => atMs <= noonMs + 60 * minuteMs);
        const most = routing.receivers.reduce((sum, { rateLimit }) => sum + (rateLimit?.most ?? 0) * 7, 0);
        assert.ok(inAnHour.length <= most);
      },
    ),
    { numRuns: 2 },
  );
});
