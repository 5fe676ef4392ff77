import type { ArtefactKind } from '@weir/contracts';
import { defaultWindowPlan, type WindowPlan } from '@weir/windows';
import type { Ruleset } from './ruleset.ts';
import { starterRulebook } from './starter-rulebook.ts';
import { scoredStarterRuleset, starterRuleset } from './starter-ruleset.ts';

/** The ruleset that a fresh log is opened with. */
export const defaultRuleset: Ruleset = starterRulebook;

/** Every ruleset this release can decide by. One that a log may still name must stay. */
const rulesets: readonly Ruleset[] = [starterRuleset, scoredStarterRuleset, starterRulebook];

/** An artefact's body: what its digest is taken over. Plain JSON. */
export type ArtefactBody =
  | { readonly kind: Extract<ArtefactKind, 'ruleset'>; readonly ref: string; readonly body: Ruleset }
  | { readonly kind: Extract<ArtefactKind, 'window_plan'>; readonly ref: string; readonly body: WindowPlan };

/** Every artefact this release knows, for the artefacts topic. */
export const artefactBodies: readonly ArtefactBody[] = [
  { kind: 'window_plan', ref: defaultWindowPlan.ref, body: defaultWindowPlan },
  ...rulesets.map((body) => ({ kind: 'ruleset' as const, ref: body.ref, body })),
];

/** The ruleset of a version, or undefined where this release doesn't know it: then nothing may be decided by it. */
export const resolveRuleset = (ref: string): Ruleset | undefined =>
  rulesets.find((ruleset) => ruleset.ref === ref);
