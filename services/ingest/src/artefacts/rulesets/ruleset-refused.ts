import type { RulesetProblemCode, RulesetProblemAt } from '@weir/contracts';

/**
 * Why a ruleset is not published, approved or brought into force, in words that a person can act on. An
 * expected outcome that ends an act on its way; the door answers it as a problem of the same code.
 */
export class RulesetRefused extends Error {
  readonly code: RulesetProblemCode;
  /** Of a document that is wrong: what, and where. */
  readonly problems: readonly RulesetProblemAt[];

  constructor(code: RulesetProblemCode, detail: string, problems: readonly RulesetProblemAt[] = []) {
    super(detail);
    this.name = 'RulesetRefused';
    this.code = code;
    this.problems = problems;
  }
}

export const nobodyPublished = (ref: string): RulesetRefused =>
  new RulesetRefused('ruleset_unknown', `Nobody has published ${ref}`);
