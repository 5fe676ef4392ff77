import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodePayload, events } from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { assertProblem } from '../../fixtures/door-requests.ts';
import { startIngestStack, type IngestStack } from '../../fixtures/ingest-stack.ts';
import { makeTokens, startDoor, type TestDoor } from '../../fixtures/test-door.ts';

let stack: IngestStack;
let door: TestDoor;
let tokens: ReturnType<typeof makeTokens>;
let stopTrail: () => Promise<void>;
let ana: string;
let ben: string;
let eve: string;

before(async () => {
  stack = await startIngestStack();
  assert.equal((await stack.openLog()).code, 0);
  stopTrail = stack.keepTrail();
  tokens = makeTokens(stack.folder);
  ana = tokens.add({ name: 'ana', scopes: ['rules:publish', 'rules:approve'] });
  ben = tokens.add({ name: 'ben', scopes: ['rules:approve', 'rules:activate'] });
  eve = tokens.add({ name: 'eve' });
  door = await startDoor(stack, tokens.path, { FOLLOW_MODELS: 'false' });
});

after(async () => {
  await door?.stop();
  await stopTrail?.();
  await stack?.stop();
});

const documentOf = (version: number, holdAt = '0.5', outcome = 'held'): string => `
ref: payments@${version}
holdAt: ${holdAt}
rules:
  - id: large_amount
    title: Large amount
    severity: low
    weight: 0.6
    when: amountMinor >= 500000
    explanation: The amount is {amountMinor} minor units.
tests:
  - name: a large one
    given: [{ amount: '9000.00' }]
    expect: { outcome: ${outcome} }
`;

const publish = (document: string, token = ana) =>
  door.ask({ token, path: '/v1/rulesets', body: JSON.stringify({ document }) });
const approve = (ref: string, token = ben) =>
  door.ask({ token, method: 'POST', path: `/v1/rulesets/${ref}/approval` });
const activate = (ref: string, body: object = {}, token = ben) =>
  door.ask({ token, path: `/v1/rulesets/${ref}/activation`, body: JSON.stringify(body) });
const rollBack = (body: object = {}) =>
  door.ask({ token: ben, path: '/v1/rulesets/rollback', body: JSON.stringify(body) });

/** What the log of a partition activates, in its order. */
async function activated(partition: number): Promise<string[]> {
  return (await stack.controls()).flatMap((one) => {
    const read =
      one.ok && one.partition === partition ? decodePayload(events.control, one.plaintext) : undefined;
    if (read?.ok !== true || read.value.kind !== 'artefact_activated') return [];
    const { artefact, rollout } = read.value;
    return [rollout === undefined ? artefact : `${artefact} ${rollout.stage}`];
  });
}

test('a ruleset is published by one, approved by another, tried, brought into force and taken back', async () => {
  const published = await publish(documentOf(1));
  assert.equal(published.status, 201, JSON.stringify(published.body));
  const { digest, ...about } = published.body as { digest: string };
  assert.deepEqual(about, { ruleset: 'payments@1', publishedBy: 'ana', isKnown: false });
  assert.equal((await publish(documentOf(1))).status, 200);
  assertProblem(await activate('payments@1'), 409, 'not_approved');
  const own = await approve('payments@1', ana);
  assertProblem(own, 403, 'approver_is_publisher');
  assert.match(JSON.stringify(own.body), /ana can't approve it too/);
  const approved = await approve('payments@1');
  assert.deepEqual(approved.body, { ...about, digest, approvedBy: 'ben' });
  const canary = { rollout: { stage: 'canary', percent: 5 } };
  for (let time = 0; time < 2; time += 1) {
    const { status, body } = await activate('payments@1', canary);
    assert.equal(status, 200, JSON.stringify(body));
    const { positions, ...said } = body as { positions: object };
    assert.deepEqual(said, { ruleset: 'payments@1', ...canary, sequence: 1 });
    assert.equal(Object.keys(positions).length, 4);
  }
  assert.equal((await activate('payments@1')).status, 200);
  assert.equal(((await rollBack({ leave: 'payments@1' })).body as { ruleset: string }).ruleset, 'starter@3');
  assert.equal((await rollBack({ leave: 'payments@1' })).status, 200);
  assertProblem(await rollBack(), 409, 'nothing_before');
  for (const partition of [0, 1, 2, 3])
    assert.deepEqual(
      [...new Set(await activated(partition))],
      ['payments@1 canary', 'payments@1', 'starter@3'],
    );
});

test('what is wrong with a document is said with its line, a failed test too, and nothing is published', async () => {
  const wrong = await publish(documentOf(2, '7'));
  assertProblem(wrong, 422, 'ruleset_invalid');
  const { problems } = wrong.body as { problems: { line: number; path: string }[] };
  assert.deepEqual([problems[0]?.line, problems[0]?.path], [3, 'holdAt']);
  assertProblem(await publish(documentOf(2, '0.5', 'cleared')), 422, 'ruleset_invalid');
  assertProblem(await approve('payments@2'), 404, 'ruleset_unknown');
  assertProblem(await approve('payments'), 404, 'ruleset_unknown');
  assertProblem(await publish(documentOf(1, '0.55')), 409, 'version_taken');
  assertProblem(await publish('x'.repeat(600_000)), 400, 'request_malformed');
  assertProblem(await publish('\n'.repeat(1_200_000)), 413, 'too_large');
  for (const body of ['[]', '{', '{"document":7}', '{"document":"a","more":1}'])
    assertProblem(await door.ask({ token: ana, path: '/v1/rulesets', body }), 400, 'request_malformed');
  assertProblem(
    await activate('payments@1', { rollout: { stage: 'canary', percent: 0 } }),
    400,
    'request_malformed',
  );
});

test('who may not is refused, and that stands on the trail with the name of the token, as does every act', async () => {
  for (const refused of [
    await publish(documentOf(3), eve),
    await publish(documentOf(3), ben),
    await approve('payments@1', eve),
    await activate('payments@1', {}, ana),
  ])
    assertProblem(refused, 403, 'scope_missing');
  assertProblem(await publish(documentOf(3), 'weir_unknown'), 401, 'token_refused');
  const acts = await waitFor(async () => {
    const found = (await stack.audited()).filter(({ actor }) => actor.kind === 'token');
    return found.some(({ actor }) => actor.name === 'eve') ? found : undefined;
  });
  const told = acts.map(({ actor, action, subject, result, details }) =>
    `${actor.name} ${action} ${subject.id} ${result} ${String(details['code'] ?? details['reason'] ?? '')}`.trim(),
  );
  for (const expected of [
    'ana artefact_published payments@1 begun',
    'ana artefact_published payments@1 done',
    'ana artefact_approved payments@1 refused approver_is_publisher',
    'ben artefact_approved payments@1 done',
    'ben artefact_activated payments@1 refused not_approved',
    'ben artefact_activated payments@1 done',
    'ben artefact_activated ruleset-before done',
    'ana artefact_published payments@1 refused version_taken',
    'eve token_refused eve refused scope_missing',
  ])
    assert.ok(told.includes(expected), `${expected} is missing in\n${told.join('\n')}`);
});
