import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeldTransaction } from '@weir/contracts';
import fc from 'fast-check';
import { heldTransaction, testRuleset } from '../../fixtures/sample-transactions.ts';
import { isAccepted, name, notificationWith, telling } from '../../fixtures/secretive-transactions.ts';
import { amountsChart } from './chart/amounts-chart.ts';
import { chartSvg } from './chart/chart-svg.ts';
import { renderMail } from './render-mail.ts';

test('Whatever the sender chose, the HTML has the same tags and the subject is one line', () => {
  const tagsOf = (html: string): readonly string[] =>
    (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/ alt="[^"]*"/, ''));
  fc.assert(
    fc.property(
      name,
      fc.stringMatching(/^[!-~]{1,40}$/).filter(isAccepted),
      telling,
      (counterpartyName, id, told) => {
        const render = (fields: Partial<HeldTransaction['transaction']>) => {
          const { subject, htmlWith } = renderMail(notificationWith(fields, told), () => testRuleset);
          return { subject, tags: tagsOf(htmlWith('chart@weir')) };
        };
        const chosen = render({ counterparty: { name: counterpartyName }, transactionId: id });
        assert.deepEqual(chosen.tags, render({ counterparty: { name: 'Somebody' } }).tags);
        assert.doesNotMatch(chosen.subject, /[\p{Cc}\p{Zl}\p{Zp}]/u);
      },
    ),
    { numRuns: 200 },
  );
});

test('A chart keeps every mark inside, and a larger amount higher, whatever the amounts', () => {
  const amount = fc.integer({ min: 1, max: 10 ** 15 });
  const indicator = fc.constantFrom('DBIT', 'CRDT');
  const recent = fc.array(fc.record({ amountMinor: amount, creditDebitIndicator: indicator }), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(recent, amount, fc.constantFrom('EUR', 'JPY', 'KWD'), (amounts, amountMinor, currency) => {
      const chart = amountsChart(
        heldTransaction({
          transaction: { amountMinor, currency },
          evidence: {
            recentAmounts: amounts.map((one) => ({
              ...one,
              currency,
              eventTime: '2025-06-01T08:00:00.000Z',
            })),
          },
        }),
      );
      assert.ok(chart !== undefined);
      const heights = [...chart.before, chart.thisOne].map(({ height }) => height);
      for (const height of [...heights, ...chart.lines.map((line) => line.height)])
        assert.ok(height >= 0 && height <= 1);
      assert.ok(chart.lines.length >= 1 && chart.lines.length <= 4, String(chart.lines.length));
      for (const { label } of chart.lines) assert.ok(label.length <= 6, label);
      const inOrder = [...amounts.map((one) => one.amountMinor), amountMinor]
        .map((value, index) => ({ value, height: heights[index] ?? Number.NaN }))
        .sort((one, other) => one.value - other.value);
      for (const [index, { height }] of inOrder.entries())
        assert.ok(index === 0 || height >= (inOrder[index - 1]?.height ?? 0));
      assert.doesNotMatch(chartSvg(chart), /NaN|Infinity|undefined/);
    }),
    { numRuns: 300 },
  );
});
