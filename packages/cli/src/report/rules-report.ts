import { parseInstant, type JournalRecord, type ReportedOutcome } from '@weir/contracts';
import { bothWays, stageOf, type BothWays, type Stage } from './read-both-ways.ts';
import type { LeftOut, RulesReport } from './comparison.ts';
import { createSection } from './section.ts';

/** Event times in epoch milliseconds: from, inclusive, to, exclusive. */
export type Period = { readonly fromMs: number; readonly toMs: number };

/** More changes of rules in a period than anybody compares; what lies beyond is counted as left out. */
const mostSections = 50;

const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();

/**
 * Adds up journal records, in any order of partitions, into a comparison of what was decided with what
 * the other ruleset would have. Memory is that of the sections, their days and their rules, however many
 * transactions there are.
 */
export function createRulesReport(
  { fromMs, toMs }: Period,
  outcomeOf: (transaction: string) => ReportedOutcome | undefined,
) {
  const sections = new Map<string, ReturnType<typeof createSection>>();
  const leftOut = { withoutTime: 0, newer: 0, ofFurtherStages: 0 };

  function sectionOf(stage: Stage) {
    const key = JSON.stringify(stage);
    const known = sections.get(key);
    if (known !== undefined || sections.size >= mostSections) return known;
    const fresh = createSection(stage);
    sections.set(key, fresh);
    return fresh;
  }

  function observeOne(one: BothWays, stage: Stage): void {
    const time = parseInstant(one.subject.eventTime);
    if (!time.ok || time.epochMs < fromMs) return;
    if (time.epochMs >= toMs) {
      // What claims to come from the future says nothing of the time it is.
      if (!one.base.reasons.includes('future_dated')) leftOut.newer += 1;
      return;
    }
    const section = sectionOf(stage);
    if (section === undefined) leftOut.ofFurtherStages += 1;
    else section.observe(one, outcomeOf(one.subject.transaction));
  }

  return {
    observe: (record: JournalRecord): void => {
      const stage = stageOf(record);
      for (const decision of record.decisions) {
        const one = bothWays(decision, stage);
        if (one !== undefined) observeOne(one, stage);
        else if (decision.outcome === 'cleared' || decision.outcome === 'held') leftOut.withoutTime += 1;
      }
    },
    end: (more: Pick<LeftOut, 'unreadable' | 'outcomes'>): RulesReport => ({
      from: isoOf(fromMs),
      to: isoOf(toMs),
      sections: [...sections.values()]
        .map((section) => section.end())
        .toSorted((a, b) => (a.firstEventTime < b.firstEventTime ? -1 : 1)),
      leftOut: { ...leftOut, ...more },
    }),
  };
}
