import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, CheckStatus } from '../check.ts';

/** What one row of a judge's table says of one check. */
type Expected = {
  readonly status: CheckStatus;
  /** Stands somewhere in what was found. */
  readonly what?: RegExp;
  /** Stands somewhere in how it is mended. */
  readonly mend?: RegExp;
};

/** A test for each row: the check of this id comes to what the row says, and is mendable exactly where it isn't well. */
export function tableOf<Facts>(
  judge: (facts: Facts) => readonly Check[],
  rows: readonly (readonly [title: string, facts: Facts, id: string, expected: Expected])[],
): void {
  for (const [title, facts, id, expected] of rows) {
    test(title, () => {
      const checks = judge(facts);
      const check = checks.find((one) => one.id === id);
      assert.ok(check, `${id} is not among ${checks.map((one) => one.id).join(', ')}`);
      assert.equal(check.status, expected.status, check.what);
      if (expected.what !== undefined) assert.match(check.what, expected.what);
      if (expected.mend !== undefined) assert.match(check.mend ?? '', expected.mend);
      assert.equal(check.mend !== undefined, check.status === 'warn' || check.status === 'fail');
    });
  }
}
