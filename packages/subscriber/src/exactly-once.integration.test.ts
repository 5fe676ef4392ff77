import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { startProgram, waitFor } from '@weir/testkit';
import type { TestProgram } from '@weir/testkit';
import { clearedEvents, numbers } from './fixtures/cleared-events.ts';
import { startSubscriberStack } from './fixtures/subscriber-stack.ts';
import type { SubscriberStack, SubscriberTopic } from './fixtures/subscriber-stack.ts';

const example = new URL('../examples/postgres.ts', import.meta.url);
const plain = new URL('./fixtures/append-lines.ts', import.meta.url);
const partitions = 2;
const kills = 3;
const eventsPerShare = 300;
const killedAfter = 100;
const deadlineMs = 60_000;

let stack: SubscriberStack;
before(async () => {
  stack = await startSubscriberStack();
});
after(() => stack.stop());

/** Where every event stands, as the tests below say what was handled. */
const everywhere = Array.from({ length: partitions }, (_unused, partition) =>
  numbers(0, eventsPerShare * (kills + 1)).map((sourceOffset) => `${partition} ${sourceOffset}`),
)
  .flat()
  .sort();

async function writeShare(topic: SubscriberTopic, share: number): Promise<void> {
  const from = share * eventsPerShare;
  for (let partition = 0; partition < partitions; partition += 1) {
    await topic.write(partition, clearedEvents(partition, numbers(from, from + eventsPerShare)));
  }
}

/**
 * Runs one process after another over the same topic, which grows meanwhile. Each
 * is killed in the middle of its work, when it has handled so much; the last one
 * ends by itself when it is done.
 */
async function surviveKills(options: {
  readonly topic: SubscriberTopic;
  readonly start: (isLast: boolean) => TestProgram;
  /** How much that process has handled so far. */
  readonly handledBy: (process: TestProgram) => number;
  readonly isDone: (process: TestProgram) => boolean;
}): Promise<void> {
  for (let share = 0; share < kills; share += 1) {
    await writeShare(options.topic, share);
    const victim = options.start(false);
    await waitFor(() => options.handledBy(victim) >= killedAfter, {
      deadlineMs,
      what: `process ${share} to handle ${killedAfter} events: ${victim.log()}`,
    });
    await victim.end('SIGKILL');
  }
  await writeShare(options.topic, kills);
  const last = options.start(true);
  await waitFor(() => options.isDone(last), { deadlineMs, what: `the last process to be done` });
  assert.equal(await last.end('SIGTERM'), 0, last.log());
}

describe('a process that is killed under load', { concurrency: true }, () => {
  test('has booked each event exactly once, where the position is stored with the booking', async () => {
    const topic = await stack.topic(partitions);
    const folder = join(stack.folder, 'ledger');
    const env = { ...topic.env, DATABASE_FOLDER: folder, REPORT_EVERY_MS: '50' };
    const reports = (process: TestProgram) =>
      [...process.log().matchAll(/^booked (\d+), (\d+) behind$/gm)].map(([, booked, behind]) => ({
        booked: Number(booked),
        behind: Number(behind),
      }));
    await surviveKills({
      topic,
      start: () => startProgram(example, env),
      handledBy: (process) => reports(process).at(-1)?.booked ?? 0,
      isDone: (process) => reports(process).some(({ booked, behind }) => booked > 0 && behind === 0),
    });

    const db = await PGlite.create(folder);
    const { rows: bookings } = await db.query<{ place: string; minor: number }>(
      `select source_partition || ' ' || source_offset as place, amount_minor::int as minor from bookings`,
    );
    const { rows: balances } = await db.query<{ minor: number }>('select minor::int as minor from balances');
    await db.close();
    assert.deepEqual(bookings.map(({ place }) => place).sort(), everywhere);
    const sum = (all: readonly { minor: number }[]) => all.reduce((total, { minor }) => total + minor, 0);
    assert.equal(sum(balances), sum(bookings));
  });

  test('has seen each event, and some again with the same deduplication id, where positions are committed', async () => {
    const topic = await stack.topic(partitions);
    const file = join(stack.folder, 'lines');
    const lines = (): string[] => {
      try {
        return readFileSync(file, 'utf8').trimEnd().split('\n');
      } catch {
        return [];
      }
    };
    let before = 0;
    await surviveKills({
      topic,
      start: (isLast) => {
        before = lines().length;
        const HOLD_AFTER = isLast ? 'Infinity' : String(killedAfter);
        return startProgram(plain, { ...topic.env, OUTPUT_FILE: file, HOLD_AFTER });
      },
      handledBy: () => lines().length - before,
      isDone: () => new Set(lines()).size >= everywhere.length,
    });

    // A line is the deduplication id and the place: a repeat under another id would be one line more.
    const distinct = [...new Set(lines())];
    assert.deepEqual(distinct.map((line) => line.split(' ').slice(1).join(' ')).sort(), everywhere);
    assert.equal(new Set(distinct.map((line) => line.split(' ')[0])).size, everywhere.length);
    assert.ok(lines().length > everywhere.length, 'a kill repeats what was not committed');
  });
});
