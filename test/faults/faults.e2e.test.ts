import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTempFolder, waitFor } from '@weir/testkit';
import type { CampaignReport } from './report.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** The harness in a process of its own. Every process it starts inherits the folder, and is known by it. */
function startHarness(
  folder: string,
  ...args: readonly string[]
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { child, output: () => output };
}

/** The processes that still run with the folder in their environment (proc(5)), this one not among them. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'environ'), 'utf8').includes(`TMPDIR=${folder}`);
      } catch {
        // It has ended meanwhile, or is somebody else's.
        return false;
      }
    });
}

test('six rounds of faults lose nothing, double nothing and contradict nothing', async () => {
  const folder = makeTempFolder('faults');
  const file = join(folder, 'report.json');
  const { child, output } = startHarness(folder, '--seed', 'weir', '--rounds', '6', '--json', file);
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, output());
  const report = JSON.parse(readFileSync(file, 'utf8')) as CampaignReport;
  assert.deepEqual(report.violations, [], output());
  // First what took no effect, for that is why goals would be missed.
  assert.equal(report.rounds.length, 6);
  assert.deepEqual(
    report.rounds.flatMap(({ withoutEffect }) => withoutEffect),
    [],
    output(),
  );
  assert.deepEqual(
    report.goals.map(({ name }) => name),
    ['lost', 'doubled', 'conflicting', 'mixed', 'recoverySecondsMax'],
  );
  for (const { name, measured, met } of report.goals.slice(0, 4)) {
    assert.equal(measured, 0, name);
    assert.ok(met, name);
  }
  assert.ok(
    report.rounds.every(({ rulesets }) => rulesets.activated > 0),
    'rulesets came into force in every round',
  );
  const { verdictsCanary, listsSwapped, rulesetsRolledBack } = report.totals;
  assert.ok(
    [verdictsCanary, listsSwapped, rulesetsRolledBack].every((count) => count > 0),
    output(),
  );
  assert.ok(
    report.rounds.every(({ acknowledged }) => acknowledged > 1_000),
    'there was load in every round',
  );
  assert.equal(report.totals.comparedDecisions, report.totals.logRecords);
  assert.deepEqual(report.evidence, []);
  assert.deepEqual(processesOf(folder), []);
});

test('a run that is interrupted while a process is stopped leaves nothing behind', async () => {
  const folder = makeTempFolder('faults');
  const { child, output } = startHarness(folder, '--rounds', '1', '--kinds', 'freezeDetection');
  const exited = once(child, 'exit');
  await waitFor(() => output().includes('(SIGSTOP)'), { deadlineMs: 120_000, what: 'the fault' });
  assert.ok(processesOf(folder).length > 5, 'the pipeline runs');
  child.kill('SIGINT');
  const [code] = (await exited) as [number | null];
  assert.equal(code, 130, output());
  await waitFor(() => processesOf(folder).length === 0, { what: 'every process to be gone' });
  assert.deepEqual(readdirSync(folder), []);
});
