import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, events, type JournalRecord, type ModelSnapshot } from '@weir/contracts';
import { modelOf, termOf } from '../../../scoring/src/score/model.fixture.ts';
import { decided, recordOf, transactionNamed } from '../report/journal.fixture.ts';
import { explainOther, explainVerdict, type Surroundings, type VerdictExplanation } from './explanation.ts';
import { idleRule, journalled, nothingMissing, rulesetOf } from './judged.fixture.ts';
import { readTarget } from './read-target.ts';
import type { VerdictDecision } from './recompute.ts';
import { showExplanation } from './show-explanation.ts';

type Journalled = ReturnType<typeof journalled>;

function explained(
  { journal, decision, then }: Journalled,
  more: Partial<Surroundings> = {},
): VerdictExplanation {
  // What no journal could hold proves nothing.
  encodePayload(events.journal, journal);
  return explainVerdict(journal, decision, {
    ...{ then, transaction: {}, usualAmount: null, outcomes: [] },
    ...more,
  });
}

const shown = (one: VerdictExplanation): string =>
  showExplanation(one, false)
    .map((line) => line.replaceAll(/ +/g, ' '))
    .join('\n');

const unusual = {
  ...{ amountMinor: 735_000, amountRobustZ: 8, amountOverTypical: 40, amountPeerZ: 4, historyCount: 30 },
  ...{ historyState: 2, count_30d: 30, count_1h: 2, sumMinor_30d: 500_000 },
};

const policy = {
  id: 'mule',
  title: 'Money passed on',
  severity: 'high',
  when: 'count_1h >= 3 && amountMinor >= 100000',
  then: 'hold',
  explanation: 'There were {count_1h} others within one hour, of {amountMinor} each.',
} as const;

test('a transaction held for its score is explained by the largest part first, with what is usual', () => {
  const one = explained(journalled({ features: unusual }), {
    usualAmount: {
      lowMinor: 1_000,
      typicalMinor: 18_000,
      highMinor: 40_000,
      transactions: 30,
      windowSpanMs: 2_592_000_000,
    },
    outcomes: [
      {
        transaction: transactionNamed(7),
        outcome: 'fraud',
        reportedAt: '2026-01-03T00:00:00.000Z',
        reportedBy: 'ada',
        source: 'import',
      },
    ],
  });
  assert.equal(one.outcome, 'held');
  assert.deepEqual(one.recomputed, { isWhole: true, differences: [] });
  const parts = one.features.flatMap(({ contribution }) => (contribution === null ? [] : [contribution]));
  assert.ok(parts.length >= 3);
  assert.deepEqual(
    parts,
    parts.toSorted((a, b) => Math.abs(b) - Math.abs(a)),
  );
  const text = shown(one);
  assert.match(text, /^Held by house@1, score 0\.\d{6} \(held from 0\.5 on\)\.$/m);
  assert.match(text, /amount against the typical one 40\.0 × typically 183\.75 EUR/);
  assert.match(
    text,
    /usual amounts 10\.00 EUR to 400\.00 EUR, typically 180\.00 EUR \(30 transactions in 30 days\)/,
  );
  assert.match(text, /turned out to be fraud, said ada at 2026-01-03/);
  assert.match(text, /Unusual amount \(unusual_amount\)/);
});

test('a rule that held is told with its numbers, and one that nearly did with what it lacked', () => {
  const near = { ...policy, id: 'near', title: 'Nearly', when: 'count_1h >= 4 && amountMinor >= 100000' };
  const ruleset = rulesetOf({ scoring: 'model', rules: [policy, near, idleRule] });
  const one = explained(journalled({ ruleset, features: { amountMinor: 250_000, count_1h: 3.5 } }));
  assert.deepEqual([one.outcome, one.reasons.map(({ reason }) => reason)], ['held', ['mule']]);
  const text = shown(one);
  assert.match(
    text,
    /Money passed on \(mule\): There were 3\.50 others within one hour, of 2,500\.00 EUR each\./,
  );
  assert.match(
    text,
    /Rules that nearly fired\n Nearly \(near, holds\).*\n no count_1h >= 4 \[count_1h 4\], 1[23] % short\n yes amountMinor >= 100000/,
  );
  assert.match(
    text,
    /Of its rules and lists 1 more was asked and did not fire, 0 look at other transactions\./,
  );
});

test('of a ruleset whose rules score, the reasons say what the score is made of', () => {
  const ruleset = rulesetOf({ rules: [{ ...policy, then: 'score', weight: 0.7 }] });
  const one = explained(journalled({ ruleset, features: { amountMinor: 250_000, count_1h: 3 } }));
  assert.deepEqual([one.outcome, one.score, one.base], ['held', 0.7, null]);
  assert.deepEqual(one.recomputed, { isWhole: true, differences: [] });
});

test("a canary's account says that the candidate decided, and what the ruleset in force would have", () => {
  const candidate = {
    ruleset: rulesetOf({ ref: 'house@2', scoring: 'model', holdAt: 0.999_999, rules: [idleRule] }),
    percent: 99,
  };
  const one = explained(journalled({ features: unusual, candidate }));
  assert.deepEqual([one.outcome, one.ruleset, one.byCandidate], ['cleared', 'house@2', true]);
  const text = shown(one);
  assert.match(text, /^Cleared by house@2 \(the candidate: its account is of the canary\)/);
  assert.match(text, /candidate house@2, canary of 99 % of the accounts/);
  assert.match(text, /house@1 would have held it: score 0\.\d+, unusual_amount/);
  assert.deepEqual(one.recomputed, { isWhole: true, differences: [] });
});

test('a shadow that would have decided otherwise is told, and one that would not', () => {
  const shadow = (body: object) => ({
    ruleset: rulesetOf({ ref: 'house@2', scoring: 'model', ...body }),
    percent: 0,
  });
  const features = { amountMinor: 250_000, count_1h: 3 };
  const other = explained(journalled({ features, candidate: shadow({ rules: [policy] }) }));
  assert.match(shown(other), /house@2 would have held it: score 0\.\d+, mule\./);
  const same = explained(journalled({ features, candidate: shadow({ rules: [idleRule] }) }));
  assert.match(shown(same), /house@2 would have said the same\./);
});

test('a shadow rule that fired is told apart from those that decided', () => {
  const ruleset = rulesetOf({ scoring: 'model', rules: [{ ...policy, mode: 'shadow' }] });
  const one = explained(journalled({ ruleset, features: { amountMinor: 250_000, count_1h: 3 } }));
  assert.deepEqual([one.outcome, one.shadowRules], ['cleared', ['mule']]);
  const text = shown(one);
  assert.match(text, /Shadow rules that fired, and decided nothing\n Money passed on \(mule, holds\)/);
  assert.match(text, /With its shadow rules live the ruleset would have held it/);
});

test('a cleared transaction with an alert says from where on that is', () => {
  const ruleset = rulesetOf({ scoring: 'model', holdAt: 1, alertAt: 0.4, rules: [idleRule] });
  const text = shown(explained(journalled({ ruleset, features: unusual })));
  assert.match(
    text,
    /^Cleared, with an alert by house@1, score 0\.\d+ \(held from 1 on, alerted from 0\.4 on\)/,
  );
});

test("a team's own model is a part of the score, and of one that failed that is said", () => {
  const teamModel = { kind: 'onnx', role: 'max' } as unknown as NonNullable<
    Surroundings['then']['teamModel']
  >;
  const withTeam = (score: number | 'failed') => {
    const made = journalled({ features: { amountMinor: 100 }, team: { role: 'max', score } });
    return explained({ ...made, then: { ...made.then, teamModel } });
  };
  const held = withTeam(0.9);
  assert.deepEqual([held.outcome, held.score, held.features[0]?.feature], ['held', 0.9, 'teamScore']);
  assert.deepEqual(held.recomputed.differences, []);
  assert.match(
    shown(withTeam('failed')),
    /your own model failed[^]*Your own model gave no score \(model_failed\)/,
  );
});

test('a journal whose score or outcome is not what its features come to is told loudly', () => {
  const made = journalled({ features: unusual });
  const tampered = {
    ...made,
    decision: { ...made.decision, score: 0.1, outcome: 'cleared', reasons: [] } as VerdictDecision,
  };
  const one = explained(tampered);
  assert.ok(
    one.recomputed.differences.some((sentence) => sentence.startsWith('the score: the journal says 0.1')),
  );
  assert.ok(one.recomputed.differences.some((sentence) => sentence.startsWith('the outcome')));
  assert.match(shown(one), /THE JOURNAL SAYS OTHERWISE[^]*NOT the same/);
});

test('what can not be read any more is said, and nothing is claimed to have been recomputed', () => {
  const made = journalled({ features: unusual });
  const one = explained(
    { ...made, then: { ...nothingMissing, missing: ['house@1 is gone'] } },
    { transaction: undefined },
  );
  assert.deepEqual(one.recomputed, { isWhole: false, differences: [] });
  assert.deepEqual([one.holdAt, one.base, one.rules], [null, null, []]);
  const text = shown(one);
  assert.match(text, /It could not be recomputed/);
  assert.match(text, /! house@1 is gone\n! The log no longer has the transaction/);
});

/** Learned until a day: whatever else it is, a second transaction within an hour is fraud. */
const learnedUntil = (cutAt: string): ModelSnapshot => ({
  ref: 'learned@1',
  cutAt,
  delayMs: 0,
  learned: { transactions: 100, frauds: 10 },
  knowledge: {
    peers: [],
    counterparties: [],
    accounts: [],
    model: modelOf([{ feature: 'count_1h', knots: [0, 2] }], [termOf([0], [0, 9, 0])]),
  },
});

test('what a model taught is a part of the score, but for a transaction from before its cut', () => {
  const features = { amountMinor: 100, count_1h: 3 };
  const partsOf = (snapshot: ModelSnapshot) => {
    const one = explained(journalled({ features, snapshot }));
    assert.deepEqual(one.recomputed, { isWhole: true, differences: [] });
    assert.equal(one.versions.model, 'learned@1');
    return one.features.filter(({ contribution }) => contribution !== null).map(({ feature }) => feature);
  };
  // The transaction is of noon on the first of January.
  assert.deepEqual(partsOf(learnedUntil('2026-01-01T00:00:00.000Z')), ['count_1h']);
  assert.deepEqual(partsOf(learnedUntil('2026-01-02T00:00:00.000Z')), []);
});

test('a list that held is told, and without it nothing is claimed to have been recomputed', () => {
  const watched = {
    id: 'watched',
    list: 'mules',
    of: 'counterparty',
    title: 'On the watch list',
    severity: 'high',
  };
  const ruleset = rulesetOf({
    scoring: 'model',
    rules: [idleRule],
    lists: [{ ...watched, then: 'hold', explanation: 'Its counterparty is watched.' }],
  });
  const list = {
    ref: 'mules@1',
    of: 'counterparty' as const,
    has: (prefix: string) => prefix === 'abcdefabcdef',
  };
  const lists = new Map([['mules', list]]);
  const made = journalled({ ruleset, lists, features: { amountMinor: 100 } });
  const one = explained(made);
  assert.deepEqual([one.outcome, one.recomputed.isWhole, one.recomputed.differences], ['held', true, []]);
  assert.match(shown(one), /On the watch list \(watched, holds\): Its counterparty is watched\./);
  assert.match(shown(one), /in force house@1, standard@1, no model yet, mules@1/);
  const gone = explained({ ...made, then: { ...made.then, lists: new Map() } });
  assert.deepEqual(gone.recomputed, { isWhole: false, differences: [] });
});

test('where the log forgot a transaction, rules that ask for its channel or country are not judged again', () => {
  const byWay = [
    { ...policy, scope: { channels: ['atm'] } },
    { ...policy, when: 'country == "GB"' },
    { ...policy, when: 'count_1h >= 3 && channel == "atm"' },
  ];
  for (const rule of byWay) {
    const made = journalled({
      ruleset: rulesetOf({ scoring: 'model', rules: [rule] }),
      features: { count_1h: 3 },
    });
    assert.equal(explained(made, { transaction: undefined }).recomputed.isWhole, false);
  }
  const made = journalled({
    ruleset: rulesetOf({ scoring: 'model', rules: [policy] }),
    features: { count_1h: 3 },
  });
  assert.equal(explained(made, { transaction: undefined }).recomputed.isWhole, true);
});

test('a journal of an earlier release is explained as far as it goes', () => {
  const made = journalled({ features: unusual });
  const { subject: _subject, ...older } = made.decision;
  const one = explained({ ...made, decision: older, journal: { ...made.journal, decisions: [older] } });
  assert.deepEqual([one.outcome, one.transaction, one.recomputed.isWhole], ['held', null, false]);
  assert.doesNotMatch(shown(one), /undefined|NaN/);
});

test('what got no verdict is told by what became of it, and a repetition names the first', () => {
  const journal: JournalRecord = recordOf([
    decided(3),
    { offset: 4, outcome: 'duplicate', firstOffset: 3 },
    { offset: 5, outcome: 'rejected', code: 'conflicting_duplicate' },
    { offset: 6, outcome: 'control' },
  ]);
  const texts = journal.decisions.map((decision) => {
    const other = explainOther({ journal, decision });
    return other === undefined ? 'a verdict' : showExplanation(other, false).join(' ');
  });
  assert.equal(texts[0], 'a verdict');
  assert.match(texts[1] ?? '', /0\/4 in the log repeats an earlier transaction.*npx weir explain 0\/3$/);
  assert.match(texts[2] ?? '', /0\/5 in the log was rejected: conflicting_duplicate/);
  assert.match(texts[3] ?? '', /0\/6 in the log is a control record/);
});

test('a transaction is named as mails and streams show it, and nothing else is taken, or repeated', () => {
  const pseudonym = transactionNamed(1);
  assert.deepEqual(readTarget(pseudonym), { kind: 'pseudonym', transaction: pseudonym });
  assert.deepEqual(readTarget(`flagged-${pseudonym}`), { kind: 'pseudonym', transaction: pseudonym });
  const at = { kind: 'place', partition: 2, offset: 41 };
  assert.deepEqual(readTarget('2/41'), { ...at, stream: 'received' });
  for (const text of ['held/2/41', 'transactions.held.v1/2/41'])
    assert.deepEqual(readTarget(text), { ...at, stream: 'held' });
  for (const text of [
    '',
    'NL91ABNA0417164300',
    'a1_AAAAAAAAAAAAAAAAAAAAAA',
    'outcomes/0/1',
    '2/-1',
    '2/41/',
    '1e3/1',
  ])
    assert.throws(
      () => readTarget(text),
      (error: Error & { exitCode?: number }) =>
        error.exitCode === 64 && (text === '' || !error.message.includes(text)),
      text,
    );
});
