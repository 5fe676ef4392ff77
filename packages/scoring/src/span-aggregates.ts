import type { AccountHistory, WindowAggregate, WindowPlan, WindowQuery, WindowRecord } from '@weir/windows';
import { spanFeaturesOf, type SpanFeatures } from './feature-names.ts';

/** One span of the plan with what the account did in it before a record. */
export type SpanAggregate = { readonly span: SpanFeatures; readonly aggregate: WindowAggregate };

/** The question a record asks of its account's history: the same currency and direction, up to its own event time. */
export const queryOf = (record: WindowRecord): WindowQuery => ({
  atMs: record.eventTimeMs,
  currency: record.currency,
  creditDebitIndicator: record.creditDebitIndicator,
});

/** The spans of the plan in ascending order with their aggregates, and the longest of them by itself. */
export function spanAggregates(
  record: WindowRecord,
  history: AccountHistory,
  plan: WindowPlan,
): { readonly spans: readonly SpanAggregate[]; readonly longest: SpanAggregate } {
  const aggregates = history.aggregates(queryOf(record));
  const spans = spanFeaturesOf(plan).map((span, index) => {
    const aggregate = aggregates[index];
    if (aggregate === undefined) throw new RangeError('the history has fewer windows than the plan');
    return { span, aggregate };
  });
  const longest = spans.at(-1);
  if (longest === undefined) throw new RangeError('the plan has no span');
  return { spans, longest };
}
