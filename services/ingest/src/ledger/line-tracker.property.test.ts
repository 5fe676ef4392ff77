import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inFlight, type Counts, type Settlement } from './counts.ts';
import { createLineTracker, inputBeginning, type LineTracker, type Ticket } from './line-tracker.ts';

type Step =
  { readonly kind: 'offer' } | { readonly kind: 'settle'; readonly pick: number; readonly as: Settlement };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('offer' as const) }),
  fc.record({
    kind: fc.constant('settle' as const),
    pick: fc.nat(),
    as: fc.constantFrom<Settlement[]>(
      'acknowledged',
      'acknowledged',
      'acknowledged',
      'rejected',
      'failed',
      'unknown',
    ),
  }),
);

function addsUp(counts: Counts, openTickets: number): void {
  const { offered, acknowledged, rejected, failed, unknown } = counts;
  assert.equal(inFlight(counts), openTickets);
  assert.equal(offered, acknowledged + rejected + failed + unknown + openTickets);
}

const ticketOf = (line: number): Ticket => ({
  line,
  endLine: line,
  observedAtMs: line * 10,
  rejections: [{ code: 'not_json', path: '' }],
});

/** Plays the steps on a tracker, checking the ledger after each; answers what was never settled. */
function play(
  tracker: LineTracker,
  steps: readonly Step[],
  firstLine: number,
  check: (open: Ticket[]) => void,
): void {
  const open: Ticket[] = [];
  let line = firstLine;
  for (const one of steps) {
    if (one.kind === 'offer') {
      line += 1;
      open.push(tracker.offer(ticketOf(line)));
    } else if (open.length > 0) {
      const [ticket] = open.splice(one.pick % open.length, 1);
      tracker.settle(ticket as Ticket, one.as);
    }
    check(open);
  }
}

test('the ledger adds up after every step, for all that was read and up to the position', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const tracker = createLineTracker(inputBeginning);
      play(tracker, steps, 0, (open) => {
        addsUp(tracker.counts(), open.length);
        addsUp(tracker.position().counts, 0);
        const position = tracker.position();
        assert.equal(position.counts.offered, position.line);
        assert.equal(position.counts.failed + position.counts.unknown, 0);
        assert.equal(tracker.openRecords(), tracker.counts().offered - position.line);
      });
    }),
  );
});

test('the position never passes a record that is not in the log or the rejected topic', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const tracker = createLineTracker(inputBeginning);
      play(tracker, steps, 0, (open) => {
        const { line, observedAtMs } = tracker.position();
        for (const ticket of open) assert.ok(line < ticket.line);
        assert.equal(observedAtMs, line === 0 ? null : line * 10);
      });
    }),
  );
});

test('a run that goes on from the position of another ends with the ledger of an uninterrupted one', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const interrupted = createLineTracker(inputBeginning);
      play(interrupted, steps, 0, () => undefined);
      const lines = interrupted.counts().offered;
      const resumed = createLineTracker(interrupted.position());
      for (let line = interrupted.position().line + 1; line <= lines; line += 1) {
        resumed.settle(resumed.offer(ticketOf(line)), 'acknowledged');
      }
      addsUp(resumed.counts(), 0);
      assert.equal(resumed.counts().offered, lines);
      assert.equal(resumed.position().line, lines);
    }),
  );
});

test('a record can be settled only once', () => {
  const tracker = createLineTracker(inputBeginning);
  const ticket = tracker.offer(ticketOf(1));
  tracker.settle(ticket, 'acknowledged');
  assert.throws(() => tracker.settle(ticket, 'rejected'), TypeError);
});

test('rejections are told by code and path with a count and the first five lines', () => {
  const tracker = createLineTracker(inputBeginning);
  for (let line = 1; line <= 7; line += 1) tracker.settle(tracker.offer(ticketOf(line)), 'rejected');
  assert.deepEqual(tracker.position().rejections, [
    { code: 'not_json', path: '', count: 7, firstLines: [1, 2, 3, 4, 5] },
  ]);
});
