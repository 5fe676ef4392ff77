export * from './artefact-bodies.ts';
export * from './decide.ts';
export type { RuleOutcome } from './evaluate-rule.ts';
export { explainRule } from './explain-rule.ts';
export { misfitOf } from './misfit-of.ts';
export * from './read-ruleset.ts';
export { ruleset, type Condition, type Rule, type Ruleset } from './ruleset.ts';
