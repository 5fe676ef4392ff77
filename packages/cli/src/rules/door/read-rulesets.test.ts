import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleset as rulesetShape } from '@weir/rules';
import { activateRuleset } from '../../../../../services/ingest/src/artefacts/rulesets/activate-ruleset.ts';
import { approveRuleset } from '../../../../../services/ingest/src/artefacts/rulesets/approve-ruleset.ts';
import { publishRuleset } from '../../../../../services/ingest/src/artefacts/rulesets/publish-ruleset.ts';
import { logId, openedTopics } from '../../../../../services/ingest/src/fixtures/artefact-topics.ts';
import type { Ops } from '../../ops/connect-ops.ts';
import { documentOf, readRulesets, readRulesetStanding } from './read-rulesets.ts';

const documentNamed = (ref: string) =>
  rulesetShape.parse({
    ref,
    holdAt: 0.5,
    rules: [
      {
        ...{ id: 'large', title: 'Large', severity: 'low', weight: 0.6 },
        ...{ when: 'amountMinor >= 500000', explanation: 'It is large.' },
      },
    ],
  });

test('each version says how it stands, from what was said and what the log was opened with', async () => {
  const { ports, kafka } = await openedTopics();
  const ops = { kafka, opener: ports.opener, environment: 'local' } as Ops;
  const standings = async () =>
    (await readRulesets(ops)).map(
      ({ ruleset, state, publishedBy, approvedBy, sequence }) =>
        `${ruleset} ${state} ${publishedBy ?? '-'} ${approvedBy ?? '-'} ${sequence ?? '-'}`,
    );
  assert.ok((await standings()).includes('starter@1 in force - - -'));
  assert.ok((await standings()).includes('starter@2 built in - - -'));
  for (const ref of ['payments@1', 'payments@2', 'payments@3'])
    await publishRuleset({ ruleset: documentNamed(ref), publishedBy: 'ana' }, ports);
  for (const ref of ['payments@1', 'payments@2']) await approveRuleset({ ref, approvedBy: 'ben' }, ports);
  await activateRuleset({ ref: 'payments@2', logId, rollout: { stage: 'canary', percent: 5 } }, ports);
  const now = await standings();
  for (const expected of [
    'starter@1 in force - - -',
    'payments@1 approved ana ben -',
    'payments@2 canary ana ben 1',
    'payments@3 published ana - -',
  ])
    assert.ok(now.includes(expected), now.join('\n'));
  await activateRuleset({ ref: 'payments@2', logId }, ports);
  assert.ok((await standings()).includes('payments@2 in force ana ben 2'));
  assert.ok((await standings()).includes('starter@1 built in - - -'));
  const found = await readRulesetStanding(ops, 'payments@3');
  assert.equal(documentOf(found).ref, 'payments@3');
  await assert.rejects(readRulesetStanding(ops, 'payments@9'), { message: /Nobody has published/ });
  assert.throws(() => documentOf({ ...found, document: undefined }), { exitCode: 1 });
});
