export { diffRulesets, type RulesetChange } from './diff/diff-rulesets.ts';
export type { ThresholdChange } from './diff/words-of-when.ts';
export { longestDocumentBytes } from './limits.ts';
export type { Place } from './place-of.ts';
export { type DocumentOutcome, type DocumentProblem, type Locate, readDocument } from './read-document.ts';
export { readRulebook, type RulebookOutcome } from './read-rulebook.ts';
export { runRulesetTests, type TestOutcome, type TestVerdict } from './tests/run-ruleset-tests.ts';
export { writeRulebook } from './write-rulebook.ts';
