import { byName } from './by-name.ts';
import { mostNames } from './comparison-state.ts';
import type { ComparisonState } from './comparison-state.ts';
import { changedReasons, isVerdict } from './difference-of.ts';
import type { JudgedPair } from './judgement.ts';

/** Counts by the names of rules and features, of which there are only so many. */
export function createNameCounts(from: Pick<ComparisonState, 'rules' | 'features' | 'furtherNames'>) {
  const rules = new Map(Object.entries(from.rules).map(([rule, counted]) => [rule, { ...counted }]));
  const features = new Map(Object.entries(from.features));
  let { furtherNames } = from;

  const count = (rule: string, what: 'then' | 'now' | 'gained' | 'lost'): void => {
    let counted = rules.get(rule);
    if (counted === undefined) {
      if (rules.size >= mostNames) {
        furtherNames += 1;
        return;
      }
      rules.set(rule, (counted = { then: 0, now: 0, gained: 0, lost: 0 }));
    }
    counted[what] += 1;
  };

  return {
    add(pair: JudgedPair): void {
      if (isVerdict(pair.then)) for (const rule of pair.then.reasons) count(rule, 'then');
      if (isVerdict(pair.now)) for (const rule of pair.now.reasons) count(rule, 'now');
      const { gained, lost } = changedReasons(pair);
      for (const rule of gained) count(rule, 'gained');
      for (const rule of lost) count(rule, 'lost');
    },
    addFeatures(names: readonly string[]): void {
      for (const name of names) {
        if (features.size >= mostNames && !features.has(name)) furtherNames += 1;
        else features.set(name, (features.get(name) ?? 0) + 1);
      }
    },
    state: () => ({
      rules: Object.fromEntries([...rules].sort(byName).map(([rule, counted]) => [rule, { ...counted }])),
      features: Object.fromEntries([...features].sort(byName)),
      furtherNames,
    }),
  };
}
