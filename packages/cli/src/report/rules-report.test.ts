import assert from 'node:assert/strict';
import { test } from 'node:test';
import { events, encodePayload, type JournalRecord, type ReportedOutcome } from '@weir/contracts';
import { canaryOf, decided, recordOf, shadowOf, transactionNamed } from './journal.fixture.ts';
import { createKnownOutcomes } from './known-outcomes.ts';
import { readPeriod } from './read-period.ts';
import type { RulesReport } from './comparison.ts';
import { createRulesReport } from './rules-report.ts';
import { rulesReportPage } from './rules-report-page.ts';
import { showRulesReport } from './show-rules-report.ts';
import { wilsonShare } from './wilson.ts';

const january = { fromMs: Date.parse('2026-01-01'), toMs: Date.parse('2026-02-01') };
const held = (reasons: string[], score = 0.9) => ({ outcome: 'held', score, reasons }) as const;
const cleared = { outcome: 'cleared', score: 0.1, reasons: [] as string[] } as const;

function reportOf(
  records: readonly JournalRecord[],
  outcomes: Readonly<Record<number, ReportedOutcome>> = {},
  period = january,
): RulesReport {
  const byName = new Map(
    Object.entries(outcomes).map(([n, outcome]) => [transactionNamed(Number(n)), outcome]),
  );
  const report = createRulesReport(period, (transaction) => byName.get(transaction));
  for (const record of records) {
    // What no journal could hold proves nothing.
    encodePayload(events.journal, record);
    report.observe(record);
  }
  return report.end({ unreadable: 0, outcomes: 0 });
}

const shadowed = recordOf(
  [
    decided(0),
    decided(1, { ...held(['unusual_amount']), alternative: cleared }),
    decided(2, { alternative: held(['mule', 'unusual_amount']) }),
    decided(3, { ...held(['unusual_amount']), alternative: held(['mule']) }),
    decided(4, { alternative: { ...cleared, alert: true, reasons: ['watched'] } }),
    decided(5, { ...held(['unusual_amount']) }),
  ],
  { candidate: shadowOf('house@2') },
);

test('each flip between the ruleset in force and its shadow is counted with what became of it', () => {
  const { sections } = reportOf([shadowed], { 1: 'genuine', 2: 'fraud', 3: 'fraud' });
  assert.equal(sections.length, 1);
  const [section] = sections;
  assert.ok(section !== undefined);
  const { stage, ruleset, candidate, cells, alerts, base, other } = section;
  assert.deepEqual([stage, ruleset, candidate], ['shadow', 'house@1', 'house@2']);
  assert.deepEqual(
    cells.map((cell) => `${cell.base} ${cell.other} ${cell.transactions} ${cell.fraud}/${cell.genuine}`),
    [
      'held held 2 1/0',
      'held cleared 1 0/1',
      'cleared held 1 1/0',
      'cleared flagged 1 0/0',
      'cleared cleared 1 0/0',
    ],
  );
  assert.deepEqual([base.held, base.flagged, other.held, other.flagged], [3, 0, 3, 1]);
  assert.deepEqual(alerts.onlyOther, { transactions: 2, fraud: 1, genuine: 0, unknown: 1 });
  assert.deepEqual(alerts.onlyBase, { transactions: 1, fraud: 0, genuine: 1, unknown: 0 });
  assert.equal(base.precision?.share, 1 / 2);
  assert.equal(other.precision?.share, 1);
});

test('each rule is counted under both rulesets, and where it fires under one of them alone', () => {
  const [section] = reportOf([shadowed]).sections;
  const counts = Object.fromEntries(
    section?.rules.map((one) => [one.rule, [one.base, one.other, one.onlyBase, one.onlyOther]]) ?? [],
  );
  assert.deepEqual(counts, {
    unusual_amount: [3, 2, 2, 1],
    mule: [0, 2, 0, 2],
    watched: [0, 1, 0, 1],
  });
});

test('without a candidate a ruleset is compared with itself, its shadow rules live', () => {
  const { sections } = reportOf([
    recordOf([
      decided(0, { shadowRules: ['mule'], alternative: held(['mule']) }),
      decided(1, { shadowRules: ['mule'] }),
      decided(2),
    ]),
  ]);
  const [section] = sections;
  assert.equal(section?.stage, 'alone');
  assert.deepEqual(section.rules, [
    { rule: 'mule', base: 0, other: 2, onlyBase: 0, onlyOther: 2, shadow: 2 },
  ]);
  assert.equal(section.alerts.onlyOther.transactions, 1);
});

const canary = recordOf(
  [
    decided(0, held(['unusual_amount'])),
    decided(1),
    decided(2, { alternative: held(['mule']) }),
    decided(3, { ruleset: 'house@2', ...held(['mule']), alternative: cleared }),
    decided(4, { ruleset: 'house@2', alternative: held(['unusual_amount']) }),
  ],
  { candidate: canaryOf('house@2', 10) },
);

test('of a canary both are told: what either ruleset would say of all, and what happened to each group', () => {
  const [section] = reportOf([canary], { 0: 'genuine', 3: 'fraud' }).sections;
  assert.ok(section !== undefined);
  const { base, other, groups, percent } = section;
  assert.equal(percent, 10);
  assert.deepEqual([base.held, other.held], [2, 3]);
  assert.deepEqual([groups?.base.transactions, groups?.base.held], [3, 1]);
  assert.deepEqual([groups?.canary.transactions, groups?.canary.held], [2, 1]);
  assert.deepEqual([groups?.base.precision?.share, groups?.canary.precision?.share], [0, 1]);
});

test('every change of the ruleset or its stage begins a section, in the order of time', () => {
  const on = (day: string) => ({ eventTime: `2026-01-${day}T00:00:00.000Z` });
  const { sections } = reportOf([
    recordOf([decided(9, on('20'))], { candidate: canaryOf('house@2', 20) }),
    recordOf([decided(0, on('02'))]),
    recordOf([decided(3, on('05'))], { candidate: shadowOf('house@2') }),
    recordOf([decided(5, on('11'))], { candidate: canaryOf('house@2', 10) }),
    recordOf([decided(1, on('03'))]),
  ]);
  assert.deepEqual(
    sections.map(({ stage, percent, transactions }) => [stage, percent, transactions]),
    [
      ['alone', null, 2],
      ['shadow', null, 1],
      ['canary', 10, 1],
      ['canary', 20, 1],
    ],
  );
});

test('days are those on which transactions happened, whenever they were decided', () => {
  const [section] = reportOf([
    recordOf([
      decided(0, { ...held(['late']), eventTime: '2026-01-03T23:59:59.999Z' }),
      decided(1, { eventTime: '2026-01-02T00:00:00.000Z' }),
      decided(2, { eventTime: '2025-12-31T23:59:59.999Z' }),
    ]),
  ]).sections;
  assert.deepEqual(
    section?.days.map(({ day, transactions, baseAlerts }) => [day, transactions, baseAlerts]),
    [
      ['2026-01-02', 1, 0],
      ['2026-01-03', 1, 1],
    ],
  );
});

test('what can not be compared is counted and told: older journals, what came later, what is no verdict', () => {
  const { subject: _subject, ...older } = decided(0, held(['x'])) as Extract<
    ReturnType<typeof decided>,
    { outcome: 'cleared' | 'held' }
  >;
  const report = reportOf([
    recordOf([
      older,
      decided(1, { eventTime: '2026-02-01T00:00:00.000Z' }),
      decided(2, { ...held(['future_dated']), eventTime: '2030-02-01T00:00:00.000Z' }),
      { offset: 3, outcome: 'duplicate', firstOffset: 1 },
      { offset: 4, outcome: 'rejected', code: 'not_json' },
      { offset: 5, outcome: 'control' },
    ]),
  ]);
  assert.deepEqual(report.sections, []);
  assert.deepEqual([report.leftOut.withoutTime, report.leftOut.newer], [1, 1]);
  const told = showRulesReport(report).join('\n');
  assert.match(told, /None got a verdict in that time/);
  assert.match(told, /1 decisions of earlier releases/);
});

test('a few outcomes are told with how little they say', () => {
  const told = showRulesReport(reportOf([shadowed], { 2: 'fraud' })).join('\n');
  assert.match(told, /^! No outcome is known of what house@1 alerts, too few to say which is better/m);
  assert.match(told, /1 of 1, 100 % \(95 %: 21 to 100 %\)/);
});

test('outcomes that do not tell two rulesets apart are said not to, and others are not', () => {
  const many = (from: number, count: number, said: Parameters<typeof decided>[1]) =>
    Array.from({ length: count }, (_, index) => decided(from + index, said));
  const decisions = [
    ...many(0, 100, { ...held(['x']), alternative: cleared }),
    ...many(100, 100, { alternative: held(['y']) }),
  ];
  const record = recordOf(decisions, { candidate: shadowOf('house@2') });
  const outcomes = (frauds: number) =>
    Object.fromEntries(
      decisions.map(({ offset }) => {
        const isFraud = offset >= 100 && offset < 100 + frauds;
        return [offset, isFraud ? ('fraud' as const) : ('genuine' as const)];
      }),
    );
  assert.match(showRulesReport(reportOf([record], outcomes(2))).join('\n'), /can't be told apart yet/);
  assert.doesNotMatch(showRulesReport(reportOf([record], outcomes(60))).join('\n'), /told apart/);
});

test('the interval is that of Wilson, and of nothing there is none', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
  const rounded = (hits: number, of: number) => {
    const { low, high } = wilsonShare(hits, of) ?? { low: NaN, high: NaN };
    return [low.toFixed(4), high.toFixed(4)];
  };
  assert.deepEqual(rounded(81, 263), ['0.2553', '0.3662']);
  assert.deepEqual(rounded(15, 148), ['0.0624', '0.1605']);
  assert.deepEqual(rounded(0, 20), ['0.0000', '0.1611']);
  assert.deepEqual(rounded(1, 29), ['0.0061', '0.1718']);
  assert.equal(wilsonShare(0, 0), undefined);
});

test('a period is said in days or back from the newest transaction, and nonsense is refused', () => {
  const newestMs = Date.parse('2026-01-10T15:00:00Z');
  const iso = (options: Parameters<typeof readPeriod>[0]) =>
    Object.values(readPeriod(options, newestMs)).map((at) => new Date(at).toISOString());
  assert.deepEqual(iso({ since: '12h' }), ['2026-01-10T03:00:00.001Z', '2026-01-10T15:00:00.001Z']);
  assert.deepEqual(iso({}), ['2026-01-03T15:00:00.001Z', '2026-01-10T15:00:00.001Z']);
  assert.deepEqual(iso({ from: '2026-01-02', to: '2026-01-03' }), [
    '2026-01-02T00:00:00.000Z',
    '2026-01-04T00:00:00.000Z',
  ]);
  for (const wrong of [
    { since: '7' },
    { since: '0d' },
    { since: '7d', from: '2026-01-01' },
    { from: '2026-02-30' },
    { from: '2026-01-05', to: '2026-01-03' },
    { from: '2024-01-01', to: '2026-01-03' },
  ])
    assert.throws(() => readPeriod(wrong, newestMs), { exitCode: 64 }, JSON.stringify(wrong));
});

test('of several reports about a transaction the last one counts, and of too many the oldest are left out', () => {
  const known = createKnownOutcomes(2);
  const report = (n: number, outcome: ReportedOutcome, day: string) =>
    ({
      transaction: transactionNamed(n),
      outcome,
      reportedAt: `2026-01-${day}T00:00:00.000Z`,
      reportedBy: 'ada',
      source: 'import',
    }) as const;
  known.add(report(1, 'fraud', '02'));
  known.add(report(1, 'genuine', '01'));
  assert.equal(known.outcomeOf(transactionNamed(1)), 'fraud');
  known.add(report(2, 'genuine', '03'));
  known.add(report(3, 'genuine', '03'));
  assert.deepEqual([known.outcomeOf(transactionNamed(1)), known.forgotten()], [undefined, 1]);
});

test('the page needs nothing from elsewhere, draws numbers alone, and takes no text for markup', () => {
  const hostile = recordOf([decided(1, held(['<b>']))]);
  for (const report of [reportOf([]), reportOf([shadowed, canary], { 1: 'fraud' }), reportOf([hostile])]) {
    const page = rulesReportPage(report);
    assert.doesNotMatch(page, /<script|https?:|src=|url\(/);
    assert.doesNotMatch(page, /NaN|Infinity|undefined|<b>/);
  }
  const page = rulesReportPage(reportOf([shadowed, canary]));
  assert.equal(page.match(/<svg [^>]*role="img" aria-labelledby=/g)?.length, 4);
  assert.equal(new Set(page.match(/ id="[^"]*"/g)).size, 8, 'every picture has names of its own');
  assert.match(page, /3 alerts of house@1 and 4 of house@2 \(shadow\) on 1 days\./);
});
