import type { AlertProblemCode, ProblemCode } from '@weir/contracts';

/** What a caller can't have as things are: an answer, and no fault. */
export type Refused = {
  readonly kind: 'refused';
  readonly code: AlertProblemCode | ProblemCode;
  /** A sentence of ours. */
  readonly detail?: string;
};

export const refused = (code: Refused['code'], detail?: string): Refused => ({
  kind: 'refused',
  code,
  ...(detail === undefined ? {} : { detail }),
});
