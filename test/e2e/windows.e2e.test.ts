import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canaries, waitFor } from '@weir/testkit';
import { offeredFile } from './offered-file.ts';
import { weirIn } from './weir-command.ts';

type Verified = { partitions: number; accounts: number; differing: number; withoutWindows: number[] };
type Rebuilt = { plan: string; partitions: number; inForce: number };
type Ledgers = { balanced: boolean; total: Record<'records' | 'control' | 'waiting', number> };

const weir = weirIn();
const partitions = 4;
const plan = {
  ref: 'wide@1',
  spans: [
    { name: '1m', spanMs: 60_000 },
    { name: '1h', spanMs: 3_600_000 },
    { name: '24h', spanMs: 86_400_000 },
    { name: '7d', spanMs: 604_800_000 },
    { name: '30d', spanMs: 2_592_000_000 },
    { name: '40d', spanMs: 3_456_000_000 },
  ],
  allowedLatenessMs: 86_400_000,
  futureToleranceMs: 600_000,
};

const ledgers = async (): Promise<Ledgers> => (await weir.json('ledger', '--json')) as Ledgers;
const decided = (): Promise<Ledgers> =>
  waitFor(
    async () => {
      const now = await ledgers();
      return now.total.waiting === 0 && now.total.records > partitions ? now : undefined;
    },
    { deadlineMs: 60_000, what: 'every record to be decided' },
  );
const verified = async (...options: string[]): Promise<Verified> =>
  (await weir.json('windows', 'verify', '--json', ...options)) as Verified;
const planFile = (name: string, content: unknown): string => {
  const file = join(weir.home, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
};

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  // Models that come into force would be control records, which are counted here.
  assert.equal((await weir.run('models', 'freeze')).code, 0);
  const file = join(weir.home, 'offered.ndjson');
  writeFileSync(file, offeredFile.bytes);
  assert.equal((await weir.run('ingest', file)).code, 0);
  await decided();
});
after(async () => {
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

test('windows are what the log says, and the command names no account by its number', async () => {
  assert.deepEqual(await verified(), {
    ...{ partitions, accounts: 1, differing: 0, withoutWindows: [], notVerified: [], differences: [] },
  });
  const some = await verified('--accounts', '3', '--seed', 'today', '--partition', '0');
  assert.deepEqual([some.partitions, some.differing], [1, 0]);
  const said = await weir.run('windows', 'verify');
  assert.deepEqual([said.code, /are what the log says/.test(said.stdout)], [0, true], said.stderr);
  assert.ok(!(said.stdout + said.stderr).includes(canaries.iban));
});

test('a new plan is filled, comes into force in every partition, and can be left again', async () => {
  const filled = (await weir.json(
    'windows',
    'rebuild',
    '--json',
    '--plan',
    planFile('wide.json', plan),
  )) as Rebuilt;
  assert.deepEqual(filled, { plan: 'wide@1', partitions, inForce: 0 });
  const active = (await weir.json(
    'windows',
    'rebuild',
    '--json',
    '--plan',
    'wide@1',
    '--activate',
  )) as Rebuilt;
  assert.deepEqual(active, { plan: 'wide@1', partitions, inForce: partitions });
  assert.equal((await verified()).differing, 0);
  const { total, balanced } = await decided();
  assert.deepEqual([total.control, balanced], [2 * partitions, true]);
  const again = (await weir.json(
    'windows',
    'rebuild',
    '--json',
    '--plan',
    'wide@1',
    '--activate',
  )) as Rebuilt;
  assert.equal(again.inForce, partitions);
  assert.equal((await decided()).total.control, 2 * partitions, 'what is in force is not said again');
  const back = (await weir.json(
    'windows',
    'rebuild',
    '--json',
    '--plan',
    'standard@1',
    '--activate',
  )) as Rebuilt;
  assert.deepEqual(back, { plan: 'standard@1', partitions, inForce: partitions });
  assert.equal((await verified()).differing, 0);
});

test('what can not be done is refused with its reason, and nothing is filled', async () => {
  const other = planFile('other.json', { ...plan, allowedLatenessMs: 1_000 });
  const taken = await weir.run('windows', 'rebuild', '--plan', other);
  assert.deepEqual([taken.code, /exists with other content/.test(taken.stderr)], [78, true], taken.stderr);
  const wrong = await weir.run(
    'windows',
    'rebuild',
    '--plan',
    planFile('wrong.json', { ...plan, spans: [] }),
  );
  assert.deepEqual([wrong.code, /spans/.test(wrong.stderr)], [78, true], wrong.stderr);
  const [minute] = plan.spans;
  const short = planFile('short.json', { ...plan, ref: 'short@1', spans: [minute] });
  const unfit = await weir.run('windows', 'rebuild', '--plan', short);
  assert.deepEqual(
    [unfit.code === 0, /ruleset starter@\d+ /.test(unfit.stderr)],
    [false, true],
    unfit.stderr,
  );
  assert.equal((await weir.run('windows', 'rebuild')).code, 64);
});
