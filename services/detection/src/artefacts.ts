import { WeirError } from '@weir/contracts';
import type { Versions } from '@weir/contracts';
import { decide, resolveRuleset } from '@weir/rules';
import { baseline, computeFeatures, recentAmounts } from '@weir/scoring';
import { defaultWindowPlan, timeliness } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import type { Judge } from './decide-batch.ts';

/** What a log's versions stand for: the windows to keep and how to judge by them. */
export type Artefacts = { readonly plan: WindowPlan; readonly judge: Judge };

/**
 * Resolves the versions in force. They come with the program: a version the
 * log names and this program doesn't know stops it, for another verdict than
 * the log asks for would be worse than none.
 */
export function resolveArtefacts(versions: Versions): Artefacts {
  const plan = resolvePlan(versions.windowPlan);
  const ruleset = resolveRuleset(versions.ruleset);
  if (ruleset === undefined) throw unknown('ruleset', versions.ruleset);
  const judge: Judge = (record, history) => {
    const about = { record, history, plan };
    const features = computeFeatures(about);
    const verdict = decide({
      features,
      ruleset,
      // Older than the account's history reaches: whatever it said in time of its own source, its windows and
      // the earlier sending it may repeat are forgotten. Else by the whole second the windows keep, so that a verdict recomputed from them agrees.
      timeliness: history.remembers(record)
        ? timeliness(record.eventTimeMs, record.observedAtSeconds * 1000, plan)
        : 'late',
      versions,
    });
    if (verdict.outcome === 'cleared') return { verdict, features, evidence: undefined };
    const evidence = { features, usualAmount: baseline(about), recentAmounts: recentAmounts(about) };
    return { verdict, features, evidence };
  };
  return { plan, judge };
}

export function resolvePlan(ref: string): WindowPlan {
  if (ref !== defaultWindowPlan.ref) throw unknown('window plan', ref);
  return defaultWindowPlan;
}

const unknown = (kind: string, ref: string): WeirError =>
  new WeirError(
    'artefact_unknown',
    `the log asks for ${kind} ${ref}, which this version of Weir doesn't have; start one that does`,
  );
