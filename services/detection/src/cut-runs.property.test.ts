import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decoded } from '@weir/verdicts';
import { cutRuns } from './cut-runs.ts';

const refused = (offset: number): Decoded => ({
  kind: 'refused',
  offset,
  rejection: { code: 'not_sealed', path: '' },
});
const control = (offset: number): Decoded => ({
  kind: 'control',
  offset,
  control: {
    kind: 'log_opened',
    logId: 'x',
    partitionCount: 1,
    versions: { ruleset: 'r@1', windowPlan: 'p@1' },
  },
});

const plan = (offset: number): Decoded => ({
  kind: 'control',
  offset,
  control: {
    ...{ kind: 'artefact_activated', logId: 'x', sequence: 1, artefactKind: 'window_plan' },
    ...{ artefact: 'p@2', digest: '' },
  },
});
const kinds = { refused, control, plan } as const;

const cases = fc.record({
  gaps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 60 }),
  controls: fc.array(fc.constantFrom('refused', 'control', 'plan'), { minLength: 60, maxLength: 60 }),
  boundaries: fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 2 }),
  maxRecords: fc.integer({ min: 1, max: 20 }),
  lead: fc.integer({ min: 0, max: 3 }),
});

test('runs join without gap or overlap, keep the order, and straddle no boundary and no control record', () => {
  fc.assert(
    fc.property(cases, ({ gaps, controls, boundaries, maxRecords, lead }) => {
      let offset = 9;
      const decoded = gaps.map((gap, index) => {
        offset += gap;
        return kinds[controls[index] ?? 'refused'](offset);
      });
      const position = (decoded[0]?.offset ?? 0) - lead;
      const runs = cutRuns(decoded, { position, boundaries, maxRecords });
      assert.deepEqual(
        runs.flatMap((run) => run.decoded),
        decoded,
      );
      assert.equal(runs[0]?.from, position);
      runs.forEach((run, index) => {
        const offsets = run.decoded.map((one) => one.offset);
        assert.equal(run.to, (offsets.at(-1) ?? 0) + 1);
        if (index > 0) assert.equal(run.from, runs[index - 1]?.to);
        assert.ok(run.decoded.length <= maxRecords);
        assert.ok(run.decoded.slice(1).every((one) => one.kind !== 'control'));
        // Behind the record that brings a plan the windows may be other ones.
        const [first] = run.decoded;
        if (first?.kind === 'control' && first.control.kind === 'artefact_activated')
          assert.equal(run.decoded.length, 1);
        for (const boundary of boundaries) {
          assert.ok(offsets.every((at) => at >= boundary) || offsets.every((at) => at < boundary));
        }
      });
    }),
  );
});
