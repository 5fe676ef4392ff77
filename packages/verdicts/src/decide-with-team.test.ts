import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureValues, OnnxDescriptor } from '@weir/contracts';
import type { Judge } from '@weir/rules';
import type { TeamScores } from '@weir/team-model';
import { createAccountHistory, defaultWindowPlan } from '@weir/windows';
import { decideBatch, joinedBy } from './decide-batch.ts';
import type { Decided, DecisionContext } from './decide-batch.ts';
import { decideWithTeam } from './decide-with-team.ts';
import { decodedTransaction } from './fixtures/decoded-transaction.ts';
import { judgeOf } from './fixtures/judge-of.ts';
import { sampleTransactions } from './fixtures/sample-transactions.ts';
import { windowRecordOf } from './window-record.ts';

const judge = judgeOf('starter@2');
const transactions = sampleTransactions(0, 60).map((content, offset) => decodedTransaction(offset, content));
const repeated = transactions.slice(0, 5).map((one) => ({ ...one, offset: one.offset + 60 }));
const decoded = [...transactions, ...repeated];

const fresh = (): Omit<DecisionContext, 'judge'> => ({
  toRecord: windowRecordOf,
  histories: new Map(
    decoded.map(
      ({ transaction }) => [transaction.account, createAccountHistory(defaultWindowPlan, [], 0)] as const,
    ),
  ),
});

const descriptor: OnnxDescriptor = {
  ref: 'team-x@1',
  kind: 'onnx',
  sha256: '0'.repeat(64),
  featureNames: ['amountMinor'],
  input: 'x',
  output: 'y',
  missing: 0,
  scoreFrom: 'probability',
  role: 'max',
  timeLimitMs: 100,
  maxBatch: 100,
};

/** A model that says the same of everything, or fails, and what it was asked. */
function teamThat(role: OnnxDescriptor['role'], says: number | 'timed_out') {
  const asked: (readonly FeatureValues[])[] = [];
  const score = async (rows: readonly FeatureValues[]): Promise<TeamScores> => {
    asked.push(rows);
    return says === 'timed_out' ? { ok: false, failure: says } : { ok: true, scores: rows.map(() => says) };
  };
  return { team: { descriptor: { ...descriptor, role }, score }, asked };
}

/** What one transaction after the other comes to, each decided before the next one joins. */
const oneByOne = (teamScore?: Parameters<Judge['decide']>[0]['teamScore']): Decided[] =>
  decideBatch(decoded, {
    ...fresh(),
    judge: (record, account, history) => {
      const features = judge.features(record, account, history);
      return { ...judge.decide({ record, account, history, features, teamScore }), features };
    },
  });

const withTeamScore = (decided: readonly Decided[], teamScore: number | null): Decided[] =>
  decided.map((one) => (one.kind === 'verdict' ? { ...one, teamScore } : one));

const verdictsIn = (decided: readonly Decided[]) => decided.filter((one) => one.kind === 'verdict');

test('a run decided with a model comes to what its transactions come to one by one, evidence and windows included', async () => {
  for (const [role, score] of [
    ['max', 1],
    ['max', 0],
    ['replace', 0.25],
    ['replace', 1],
  ] as const) {
    const { team } = teamThat(role, score);
    const { decided } = await decideWithTeam(decoded, { ...fresh(), judge }, team);
    const expected = oneByOne({ role, score });
    assert.deepEqual(decided, withTeamScore(expected, score));
    assert.deepEqual(
      decided.flatMap((one) => joinedBy(one) ?? []),
      expected.flatMap((one) => joinedBy(one) ?? []),
    );
  }
});

test('what a model adds to a score or takes from it stands among the contributions, which still add up exactly', async () => {
  for (const [role, score] of [
    ['max', 0.75],
    ['replace', 0.875],
  ] as const) {
    const { decided } = await decideWithTeam(decoded, { ...fresh(), judge }, teamThat(role, score).team);
    for (const { verdict, evidence } of verdictsIn(decided)) {
      assert.equal(verdict.outcome, 'held');
      const { base, features } = evidence?.contributions ?? { base: NaN, features: [] };
      const micros = [base, ...features.map(({ contribution }) => contribution)].map((one) =>
        Math.round(one * 1e6),
      );
      assert.equal(
        micros.reduce((sum, one) => sum + one, 0),
        Math.round(verdict.score * 1e6),
      );
    }
    // Where the transaction alone scores higher, the model adds nothing to it.
    const named = verdictsIn(decided).filter(({ verdict }) =>
      verdict.reasons.some(({ rule }) => rule === 'team_model'),
    );
    assert.ok(named.length > 0);
  }
});

test('a model is asked once for a run, about each transaction that gets a verdict', async () => {
  const { team, asked } = teamThat('max', 0);
  const { decided, answered } = await decideWithTeam(decoded, { ...fresh(), judge }, team);
  assert.equal(asked.length, 1);
  assert.deepEqual(
    asked[0],
    verdictsIn(decided).map(({ features }) => features),
  );
  assert.equal(asked[0]?.length, 60);
  assert.deepEqual(answered?.ok, true);
  const other = [{ kind: 'refused' as const, offset: 0, rejection: { code: 'not_json', path: '' } as const }];
  assert.equal((await decideWithTeam(other, { ...fresh(), judge }, team)).answered, undefined);
  assert.equal(asked.length, 1);
});

test('where a model fails, every transaction of the run is held for that reason, and none cleared', async () => {
  for (const role of ['max', 'replace'] as const) {
    const { team } = teamThat(role, 'timed_out');
    const { decided } = await decideWithTeam(decoded, { ...fresh(), judge }, team);
    const verdicts = verdictsIn(decided);
    assert.equal(verdicts.length, 60);
    for (const { verdict, teamScore, evidence } of verdicts) {
      assert.equal(verdict.outcome, 'held');
      assert.ok(verdict.reasons.some(({ rule, severity }) => rule === 'model_failed' && severity === 'high'));
      assert.equal(teamScore, null);
      assert.ok(evidence !== undefined);
    }
  }
});

test('a shadow changes no verdict, whatever it says and when it fails; what it said is kept', async () => {
  const expected = oneByOne();
  const says = await decideWithTeam(decoded, { ...fresh(), judge }, teamThat('shadow', 1).team);
  assert.deepEqual(says.decided, withTeamScore(expected, 1));
  const fails = await decideWithTeam(decoded, { ...fresh(), judge }, teamThat('shadow', 'timed_out').team);
  assert.deepEqual(fails.decided, withTeamScore(expected, null));
});
