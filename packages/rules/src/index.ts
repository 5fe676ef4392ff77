export { isCanaryAccount } from './account-bits.ts';
export * from './artefact-bodies.ts';
export { teamScoreFeature, type TeamScore } from './decide-by-model.ts';
export { explainRule } from './explain-rule.ts';
export { explainRules, type ExplainedCondition, type ExplainedRule } from './explain-rules.ts';
export { factsOf, type PseudonymList, type RuleFacts } from './facts.ts';
export type { RuleOutcome } from './find-in-ruleset.ts';
export * from './judge.ts';
export { misfitOf } from './misfit-of.ts';
export { publishingProblems } from './publishing-problems.ts';
export * from './read-ruleset.ts';
export {
  ruleset,
  type Condition,
  type ListUse,
  type Rule,
  type Ruleset,
  type RulesetTest,
  type TestTransaction,
} from './ruleset.ts';
