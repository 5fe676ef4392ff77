import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRouting } from '@weir/alerts';
import { events, formatInstant, WeirError, type AlertAnswer, type ExplanationAnswer } from '@weir/contracts';
import { heldTransaction } from '../fixtures/sample-transactions.ts';
import { identityAt } from '../intake/fixtures/intake-world.ts';
import { apiLimits } from './api-limits.ts';
import { createApiWorld, type Answer } from './fixtures/api-world.ts';

const another = 'a1_BBECAwQFBgcICQoLDA0ODw';

const alertIn = ({ body }: Answer): AlertAnswer => body['alert'] as AlertAnswer;

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(answer.body));
}

test('alerts are listed by what is asked, page by page, the one that changed last first', async () => {
  const world = createApiWorld();
  const first = await world.hold(2);
  world.clock.nowMs += 1_000;
  const second = await world.hold(1, another);
  const idsIn = (answer: Answer) => (answer.body['alerts'] as AlertAnswer[]).map(({ alertId }) => alertId);
  assert.deepEqual(idsIn(await world.ask('ana', '/v1/alerts')), [second, first]);
  const page = await world.ask('ana', '/v1/alerts?limit=1');
  assert.deepEqual(idsIn(page), [second]);
  const next = String(page.body['next']);
  assert.deepEqual(idsIn(await world.ask('ana', `/v1/alerts?limit=1&after=${next}`)), [first]);
  assert.deepEqual(idsIn(await world.ask('ana', `/v1/alerts?account=${another}`)), [second]);
  await world.ask('ana', `/v1/alerts/${first}/acts`, { act: 'acknowledge' });
  assert.deepEqual(idsIn(await world.ask('ana', '/v1/alerts?state=new')), [second]);
  assert.deepEqual(idsIn(await world.ask('ana', '/v1/alerts?state=acknowledged,closed')), [first]);
  for (const wrong of ['state=open', 'limit=0', 'after=1', 'account=NL91ABNA0417164300', 'colour=red'])
    assertProblem(await world.ask('ana', `/v1/alerts?${wrong}`), 400, 'request_malformed');
});

test('an alert is shown with its transactions, whose evidence stays sealed', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(3);
  const shown = await world.ask('ana', `/v1/alerts/${alertId.slice(0, 8)}`);
  assert.equal(alertIn(shown).transactions, 3);
  const entries = await world.ask('ana', `/v1/alerts/${alertId}/entries?limit=2`);
  const [entry] = entries.body['entries'] as { entryId: string; evidence: { value: string } }[];
  assert.equal(entry?.entryId, identityAt(0));
  assert.ok(Buffer.from(entry?.evidence.value ?? '', 'base64').length > 100);
  assert.equal(entries.body['next'], 2);
  assert.doesNotMatch(JSON.stringify([shown.body, entries.body]), /TX-0/);
  const rest = await world.ask('ana', `/v1/alerts/${alertId}/entries?from=2`);
  assert.deepEqual([(rest.body['entries'] as []).length, rest.body['next']], [1, null]);
});

test('what begins like no alert, or like two, is told apart', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(1);
  assertProblem(await world.ask('ana', '/v1/alerts/00000000'), 404, 'alert_unknown');
  assertProblem(await world.ask('ana', `/v1/alerts/${alertId.slice(0, 7)}`), 404, 'alert_unknown');
  const [stored] = await world.store.listAlerts({ limit: 1 });
  assert.ok(stored);
  const twin = `${alertId.slice(0, 10)}${'f'.repeat(54)}`;
  const sealed = new Uint8Array();
  await world.store.transaction((rows) =>
    rows.saveAlerts([{ alert: { ...stored, alertId: twin, episodeEndedAtMs: 1 }, sealed }]),
  );
  assertProblem(await world.ask('ana', `/v1/alerts/${alertId.slice(0, 8)}`), 409, 'alert_ambiguous');
  assert.equal((await world.ask('ana', `/v1/alerts/${alertId.slice(0, 11)}`)).status, 200);
});

test('each act is a revision, told with who and why, and a request to the audit trail in the same moment', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(2);
  const act = (body: object) => world.ask('ana', `/v1/alerts/${alertId}/acts`, body);
  assert.equal(alertIn(await act({ act: 'acknowledge' })).state, 'acknowledged');
  const again = await act({ act: 'acknowledge' });
  assert.deepEqual([again.body['changed'], alertIn(again).revision], [false, 2]);
  const until = formatInstant(world.clock.nowMs + 3_600_000);
  assert.equal(
    alertIn(await act({ act: 'snooze', until, reason: 'the customer calls back' })).snoozedUntil,
    until,
  );
  assertProblem(await act({ act: 'snooze', until: formatInstant(0), reason: 'x' }), 409, 'until_not_ahead');
  assert.equal(alertIn(await act({ act: 'investigate' })).snoozedUntil, null);
  const { body } = await world.ask('ana', `/v1/alerts/${alertId}/changes`);
  const changes = body['changes'] as { action: string; by: { name: string }; reason: string | null }[];
  assert.deepEqual(
    changes.slice(0, 3).map(({ action, by, reason }) => [action, by.name, reason]),
    [
      ['investigated', 'ana', null],
      ['snoozed', 'ana', 'the customer calls back'],
      ['acknowledged', 'ana', null],
    ],
  );
  const said = await world.sent('alerts', events.alert);
  assert.deepEqual(said.map(({ payload }) => [payload.revision, payload.change?.reason]).at(-2), [
    3,
    'the customer calls back',
  ]);
  assert.deepEqual(await world.audited(), Array(3).fill(`ana alert_changed ${alertId} done`));
  assert.equal(world.bells(), 3);
});

test('closing says of each transaction what it turned out to be, once, and reopening lets it be said anew', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(2);
  const act = (body: object) => world.ask('ana', `/v1/alerts/${alertId}/acts`, body);
  const close = { act: 'close', outcome: 'false_positive', reason: 'a salary' };
  for (let time = 0; time < 2; time += 1) assert.equal(alertIn(await act(close)).outcome, 'false_positive');
  assertProblem(await act({ ...close, outcome: 'true_positive' }), 409, 'alert_closed');
  assertProblem(await act({ act: 'acknowledge' }), 409, 'alert_closed');
  const reported = (await world.sent('outcomes', events.outcome)).map(({ payload }) => payload);
  assert.deepEqual(
    reported.map(({ transaction, outcome, reportedBy, source }) => [
      transaction,
      outcome,
      reportedBy,
      source,
    ]),
    [0, 1].map((offset) => [identityAt(offset), 'genuine', 'ana', 'analyst']),
  );
  assert.equal(
    alertIn(await act({ act: 'reopen', reason: 'the customer was wrong' })).state,
    'investigating',
  );
  world.clock.nowMs += 1_000;
  await act({ ...close, outcome: 'true_positive', reason: 'a fraud after all' });
  const later = (await world.sent('outcomes', events.outcome)).slice(2).map(({ payload }) => payload.outcome);
  assert.deepEqual(later, ['fraud', 'fraud']);
});

test('a release waits for another token, goes out once, and asking or approving twice changes nothing', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(2);
  const release = (more: object = {}) =>
    world.ask('ana', `/v1/alerts/${alertId}/release`, { reason: 'confirmed by phone', ...more });
  const approve = (who: 'ana' | 'ben', more: object = {}) =>
    world.ask(who, `/v1/alerts/${alertId}/release/approval`, more);
  assertProblem(await approve('ben'), 409, 'release_not_requested');
  assert.deepEqual((await release({ transactions: [identityAt(0)] })).body['requested'], [identityAt(0)]);
  assert.deepEqual((await release({ transactions: [identityAt(0)] })).body['unchanged'], [identityAt(0)]);
  assertProblem(await approve('ana'), 403, 'requester_is_approver');
  assert.equal((await world.sent('releases', events.release)).length, 0);
  for (let time = 0; time < 2; time += 1) {
    const approved = await approve('ben');
    assert.equal(approved.status, 200, JSON.stringify(approved.body));
    assert.deepEqual(approved.body[time === 0 ? 'approved' : 'unchanged'], [identityAt(0)]);
    assert.equal(alertIn(approved).released, 1);
  }
  const [sent, ...others] = await world.sent('releases', events.release);
  assert.deepEqual(others, []);
  assert.equal(sent?.id, `release-${identityAt(0)}`);
  assert.deepEqual(sent && [sent.payload.requestedBy, sent.payload.approvedBy, sent.payload.heldOffset], [
    'ana',
    'ben',
    0,
  ]);
  assert.equal(sent?.partition, sent?.payload.sourcePartition);
  assert.deepEqual(await world.audited(), [
    `ana release_requested ${identityAt(0)} done`,
    `ana release_approved ${alertId} refused`,
    `ben release_approved ${identityAt(0)} done`,
  ]);
  const revisions = (await world.sent('alerts', events.alert)).map(({ payload }) => payload);
  assert.deepEqual(
    revisions.map((one) => one.kind === 'unusual_transactions' && one.entries?.map((entry) => entry.release)),
    [
      [undefined, undefined],
      ['requested', undefined],
      ['approved', undefined],
    ],
  );
  assertProblem(await release({ transactions: ['t1_unknownunknownunknown1'] }), 404, 'transaction_unknown');
});

test('what is small enough one person lets go alone; another currency has no such amount', async () => {
  const world = createApiWorld({ aloneUpTo: { EUR: 1_000_000_000 } });
  const alertId = await world.hold(1);
  const small = await world.ask('ana', `/v1/alerts/${alertId}/release`, { reason: 'known' });
  assert.deepEqual(small.body['approved'], [identityAt(0)]);
  const [sent] = await world.sent('releases', events.release);
  assert.deepEqual([sent?.payload.requestedBy, sent?.payload.approvedBy], ['ana', undefined]);
  const strict = createApiWorld({ aloneUpTo: { USD: 1_000_000_000 } });
  const waiting = await strict.ask('ana', `/v1/alerts/${await strict.hold(1)}/release`, { reason: 'known' });
  assert.deepEqual(waiting.body['requested'], [identityAt(0)]);
});

test('small amounts add up: one person lets go alone of an alert no more than the limit, at once or one by one', async () => {
  const amountMinor = 60_000;
  const transaction = { ...heldTransaction().transaction, currency: 'EUR', amountMinor };
  const holdThree = (world: ReturnType<typeof createApiWorld>) => world.hold(3, undefined, { transaction });
  const world = createApiWorld({ aloneUpTo: { EUR: 2 * amountMinor } });
  const release = `/v1/alerts/${await holdThree(world)}/release`;
  const all = await world.ask('ana', release, { reason: 'known' });
  assert.deepEqual([all.body['approved'], (all.body['requested'] as []).length], [[], 3]);
  const another = createApiWorld({ aloneUpTo: { EUR: 2 * amountMinor } });
  const releaseOne = `/v1/alerts/${await holdThree(another)}/release`;
  const alone: unknown[] = [];
  for (const offset of [0, 1, 2]) {
    const wish = { transactions: [identityAt(offset)], reason: 'known' };
    alone.push((await another.ask('ana', releaseOne, wish)).body['approved']);
  }
  assert.deepEqual(alone, [[identityAt(0)], [identityAt(1)], []]);
});

test('of an alert that was closed as a true positive nothing is let go, whatever was asked for before', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(2);
  const release = `/v1/alerts/${alertId}/release`;
  await world.ask('ana', release, { transactions: [identityAt(0)], reason: 'known' });
  const close = { act: 'close', outcome: 'true_positive', reason: 'a fraud' };
  await world.ask('ana', `/v1/alerts/${alertId}/acts`, close);
  assertProblem(await world.ask('ben', `${release}/approval`, {}), 409, 'alert_closed');
  assertProblem(await world.ask('ana', release, { reason: 'all the same' }), 409, 'alert_closed');
  await world.ask('ana', `/v1/alerts/${alertId}/acts`, { act: 'reopen', reason: 'not so sure' });
  const approved = await world.ask('ben', `${release}/approval`, {});
  assert.deepEqual(approved.body['approved'], [identityAt(0)]);
});

test('a token sees the alerts of its own tenant, and those of others are as unknown as none', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(1);
  assert.deepEqual((await world.ask('eve', '/v1/alerts')).body, { alerts: [], next: null });
  for (const path of ['', '/entries', '/changes', '/deliveries'])
    assertProblem(await world.ask('eve', `/v1/alerts/${alertId}${path}`), 404, 'alert_unknown');
  const act = await world.ask('eve', `/v1/alerts/${alertId}/acts`, { act: 'acknowledge' });
  assertProblem(act, 404, 'alert_unknown');
  assertProblem(await world.ask('eve', `/v1/alerts/${alertId.slice(0, 8)}`), 404, 'alert_unknown');
  const release = await world.ask('eve', `/v1/alerts/${alertId}/release`, { reason: 'mine' });
  assertProblem(release, 404, 'alert_unknown');
  assertProblem(await world.ask('eve', '/v1/deliveries/failed'), 403, 'other_tenant');
  assertProblem(await world.ask('eve', `/v1/routing/explanations/${alertId}`), 404, 'alert_unknown');
});

test('a token is good for what it was made for, and what it is refused is recorded', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(1);
  assertProblem(
    await world.ask('ben', `/v1/alerts/${alertId}/acts`, { act: 'acknowledge' }),
    403,
    'scope_missing',
  );
  assertProblem(
    await world.ask('ben', `/v1/alerts/${alertId}/release`, { reason: 'x' }),
    403,
    'scope_missing',
  );
  assertProblem(await world.ask('ana', '/v1/deliveries/failed'), 403, 'scope_missing');
  assertProblem(await world.ask('nobody', '/v1/alerts'), 401, 'token_refused');
  await world.refusalsAreRecorded();
  const refused = (await world.audited()).filter((line) => line.endsWith('refused'));
  assert.deepEqual(
    new Set(refused.map((line) => line.split(' ').slice(1).join(' '))),
    new Set(['token_refused ben refused', 'token_refused ana refused', 'token_refused none refused']),
  );
});

test('a silence has an owner, a reason and an end, and a tenant keeps only its own quiet', async () => {
  const world = createApiWorld();
  const endsAt = formatInstant(world.clock.nowMs + 3_600_000);
  const wish = { match: { rules: ['large_amount'] }, endsAt, reason: 'month end' };
  const added = await world.ask('ops', '/v1/silences', wish);
  assert.deepEqual(
    [added.body['owner'], added.body['reason'], added.body['endsAt']],
    ['ops', 'month end', endsAt],
  );
  const own = await world.ask('eve', '/v1/silences', { ...wish, match: { tenants: ['bank-a'] } });
  assert.deepEqual(own.body['match'], { tenants: ['other-bank'] });
  const silencesOf = async (who: 'ops' | 'eve') =>
    ((await world.ask(who, '/v1/silences')).body['silences'] as { owner: string }[]).map(
      ({ owner }) => owner,
    );
  assert.deepEqual(
    [(await silencesOf('ops')).toSorted(), await silencesOf('eve')],
    [['eve', 'ops'], ['eve']],
  );
  const end = (who: 'ops' | 'eve') =>
    world.ask(who, `/v1/silences/${String(added.body['silenceId'])}/end`, {});
  assertProblem(await end('eve'), 404, 'silence_unknown');
  assert.equal((await end('ops')).body['endedBy'], 'ops');
  assert.deepEqual(await silencesOf('ops'), ['eve']);
  assertProblem(
    await world.ask('ops', '/v1/silences', { ...wish, match: { colour: 'red' } }),
    422,
    'match_invalid',
  );
  // It would keep every alert of everybody quiet.
  assertProblem(await world.ask('ops', '/v1/silences', { ...wish, match: {} }), 422, 'match_invalid');
  const far = formatInstant(world.clock.nowMs + 400 * 86_400_000);
  assertProblem(await world.ask('ops', '/v1/silences', { ...wish, endsAt: far }), 409, 'until_too_far');
  assert.equal((await world.audited()).filter((line) => line.includes('silence_changed')).length, 3);
});

test('nobody keeps everything quiet, and of silences there are so many at most', async () => {
  const world = createApiWorld();
  const endsAt = formatInstant(world.clock.nowMs + 3_600_000);
  const wish = { match: { rules: ['large_amount'] }, endsAt, reason: 'month end' };
  assertProblem(await world.ask('ops', '/v1/silences', { ...wish, match: {} }), 422, 'match_invalid');
  await world.store.transaction(async (rows) => {
    for (let n = 0; n < apiLimits.mostSilences; n += 1) {
      const span = { startsAtMs: world.clock.nowMs, endsAtMs: world.clock.nowMs + 1_000, endedBy: null };
      const silence = { silenceId: String(n), owner: 'ops', match: { rules: ['some_rule'] }, ...span };
      await rows.saveSilence({ silence, sealedReason: new Uint8Array() });
    }
  });
  assertProblem(await world.ask('ops', '/v1/silences', wish), 409, 'silences_full');
  world.clock.nowMs += 1_000;
  assert.equal((await world.ask('ops', '/v1/silences', wish)).status, 200);
});

test('failed deliveries are sent again on the record, and a receiver that nobody knows is named as that', async () => {
  const world = createApiWorld();
  assert.deepEqual((await world.ask('ops', '/v1/deliveries/retry', {})).body, { retried: 0 });
  assert.deepEqual(await world.audited(), [
    'ops deliveries_retried all begun',
    'ops deliveries_retried all done',
  ]);
  const strange = { deliveries: [{ deliveryKey: 'no such key', target: '-' }] };
  assertProblem(await world.ask('ops', '/v1/deliveries/retry', strange), 400, 'request_malformed');
  assertProblem(
    await world.ask('ops', '/v1/deliveries/test', { receiver: 'nobody' }),
    404,
    'receiver_unknown',
  );
});

test('a case is acted on as a whole, each alert by itself', async () => {
  const world = createApiWorld();
  const first = await world.hold(1);
  world.clock.nowMs += 1;
  const ids = [first, await world.hold(1, another)];
  const caseId = 'c'.repeat(64);
  await world.store.transaction(async (rows) => {
    const alerts = await rows.alerts(ids);
    await rows.saveAlerts(alerts.map((one) => ({ ...one, alert: { ...one.alert, caseId } })));
    const [one] = alerts;
    await rows.saveCases([
      {
        caseId,
        tenant: one?.alert.tenant ?? '',
        links: ['rule large_amount'],
        alerts: 2,
        openedAtMs: 0,
        lastEventAtMs: 0,
        endedAtMs: null,
      },
    ]);
  });
  const close = { act: 'close', outcome: 'true_positive', reason: 'one ring' };
  const closed = await world.ask('ana', `/v1/cases/${caseId}/acts`, close);
  assert.deepEqual(
    (closed.body['alerts'] as { result: string }[]).map(({ result }) => result),
    ['changed', 'changed'],
  );
  assertProblem(await world.ask('eve', `/v1/cases/${caseId}/acts`, close), 404, 'case_unknown');
  assert.deepEqual((await world.ask('ana', '/v1/cases')).body, { cases: [] });
});

test('a body that says something else, or holds the number of a card, is refused without being repeated', async () => {
  const world = createApiWorld();
  const path = `/v1/alerts/${await world.hold(1)}/acts`;
  const card = '4111 1111 1111 1111';
  for (const body of [
    { act: 'close', outcome: 'false_positive' },
    { act: 'close', outcome: 'false_positive', reason: '' },
    { act: 'close', outcome: 'false_positive', reason: `card ${card}` },
    { act: 'close', outcome: 'false_positive', reason: 'two\nlines' },
    { act: 'delete' },
    [],
  ]) {
    const answer = await world.ask('ana', path, body);
    assertProblem(answer, 400, 'request_malformed');
    assert.doesNotMatch(JSON.stringify(answer.body), /4111|two/);
  }
});

test('while the KMS is away a change is answered 503 and nothing of it has happened', async () => {
  const world = createApiWorld({
    sealOutbox: () => Promise.reject(new WeirError('kms_unavailable', 'it is away')),
  });
  const alertId = await world.hold(1);
  const before = await world.store.alert(alertId);
  const answer = await world.ask('ana', `/v1/alerts/${alertId}/acts`, { act: 'acknowledge' });
  assertProblem(answer, 503, 'store_unavailable');
  assert.deepEqual(await world.store.alert(alertId), before);
  assert.equal((await world.store.changesOf(alertId, 10)).length, 1);
});

test('acts that come at once each find what the one before left', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(1);
  const release = () => world.ask('ana', `/v1/alerts/${alertId}/release`, { reason: 'known' });
  const asked = await Promise.all([release(), release(), release()]);
  assert.equal(asked.filter(({ body }) => (body['requested'] as unknown[]).length === 1).length, 1);
  const approve = () => world.ask('ben', `/v1/alerts/${alertId}/release/approval`, {});
  await Promise.all([approve(), approve(), approve()]);
  assert.equal((await world.sent('releases', events.release)).length, 1);
});

test('where an alert goes is explained for one that there is and for one that is supposed', async () => {
  const world = createApiWorld();
  const alertId = await world.hold(1);
  const explained = await world.ask('ana', `/v1/routing/explanations/${alertId}`);
  assert.deepEqual([explained.status, explained.body['alertId']], [200, alertId]);
  const supposed = { tenant: 'bank-a', severity: 'high', amountMinor: 900_000, currency: 'EUR' };
  const answer = await world.ask('ana', '/v1/routing/explanations', supposed);
  assert.deepEqual([answer.status, answer.body['alertId']], [200, null]);
  assertProblem(await world.ask('eve', '/v1/routing/explanations', supposed), 403, 'other_tenant');
});

test('why a route is not for an alert names no other tenant, account or counterparty to the token of a tenant', async () => {
  const match = { tenants: ['bank-a'], accounts: [another], counterparties: ['c1_BBECAwQFBgcICQoLDA0ODw'] };
  const base = defaultRouting({ mailTo: ['analyst@localhost'] });
  const [last] = base.routes;
  assert.ok(last);
  const routing = { ...base, routes: [{ ...last, id: 'own', match }, ...base.routes] };
  const world = createApiWorld({ routing: () => routing });
  const supposed = { tenant: 'other-bank', severity: 'high' };
  const wants = async (who: 'eve' | 'ops') => {
    const { body } = await world.ask(who, '/v1/routing/explanations', supposed);
    return (body['routes'] as ExplanationAnswer['routes'])[0]?.failed.map((one) => one.wants);
  };
  assert.deepEqual(await wants('eve'), ['others', 'others', 'others']);
  assert.deepEqual(await wants('ops'), ['bank-a', another, match.counterparties[0]]);
});
