import { WeirError } from '@weir/contracts';
import type { Versions } from '@weir/contracts';
import { decide, misfitOf, resolveRuleset } from '@weir/rules';
import type { Ruleset } from '@weir/rules';
import { baseline, computeFeatures, recentAmounts } from '@weir/scoring';
import { timeliness } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import type { Judge } from './decide-batch.ts';

/**
 * How to judge by the versions in force. Rulesets come with the program: one that
 * the log names and this program doesn't know stops it, for another verdict than
 * the log asks for would be worse than none. Throws WeirError `artefact_unknown`.
 */
export function resolveJudge(versions: Versions, plan: WindowPlan): Judge {
  const ruleset = rulesetOf(versions.ruleset);
  return (record, history) => {
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
}

/**
 * Refuses a ruleset that looks at what the plan has no windows for. Throws
 * WeirError `artefact_unknown`: neither of the two is wrong, but nothing may be
 * decided by them together.
 */
export function requireRulesetWithin(ref: string, plan: WindowPlan): void {
  const misfit = misfitOf(rulesetOf(ref), plan);
  if (misfit === undefined) return;
  throw new WeirError(
    'artefact_unknown',
    `ruleset ${ref} can't decide under window plan ${plan.ref}: ${misfit}`,
  );
}

function rulesetOf(ref: string): Ruleset {
  const ruleset = resolveRuleset(ref);
  if (ruleset !== undefined) return ruleset;
  throw new WeirError(
    'artefact_unknown',
    `the log asks for ruleset ${ref}, which this version of Weir doesn't have; start one that does`,
  );
}
