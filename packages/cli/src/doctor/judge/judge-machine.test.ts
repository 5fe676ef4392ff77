import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock } from './judge-clock.ts';
import { judgeMachine, judgeProcesses } from './judge-machine.ts';
import type { MachineFacts } from './judge-machine.ts';
import { tableOf } from './judges.fixture.ts';

const gibibyte = 1_073_741_824;
const well: MachineFacts = {
  nodeVersion: '24.1.0',
  javaMajor: 17,
  availableBytes: 4 * gibibyte,
  openFiles: 20_000,
  disks: [{ folder: '/data', freeBytes: 50 * gibibyte }],
};
const disk = (freeBytes: number): MachineFacts => ({ ...well, disks: [{ folder: '/data', freeBytes }] });

test('a machine that has everything is well', () => {
  assert.ok(judgeMachine(well).every(({ status }) => status === 'ok'));
});

tableOf(judgeMachine, [
  [
    'an old Node fails',
    { ...well, nodeVersion: '22.9.0' },
    'machine.node',
    { status: 'fail', mend: /npm install/ },
  ],
  [
    'a missing Java fails',
    { ...well, javaMajor: undefined },
    'machine.java',
    { status: 'fail', mend: /Install a JDK 17/ },
  ],
  ['an old Java fails', { ...well, javaMajor: 11 }, 'machine.java', { status: 'fail', what: /11/ }],
  [
    'little memory is warned of',
    { ...well, availableBytes: gibibyte / 2 },
    'machine.memory',
    { status: 'warn', what: /512 MiB/ },
  ],
  ['hardly any memory fails', { ...well, availableBytes: 1 }, 'machine.memory', { status: 'fail' }],
  [
    'few open files are warned of',
    { ...well, openFiles: 1_024 },
    'machine.openFiles',
    { status: 'warn', mend: /ulimit -n 4096/ },
  ],
  ['hardly any open files fail', { ...well, openFiles: 256 }, 'machine.openFiles', { status: 'fail' }],
  [
    'any number of open files is enough',
    { ...well, openFiles: Infinity },
    'machine.openFiles',
    { status: 'ok' },
  ],
  ['a disk that fills up is warned of', disk(2 * gibibyte), 'machine.disk:/data', { status: 'warn' }],
  ['a full disk fails', disk(0), 'machine.disk:/data', { status: 'fail', mend: /Free space/ }],
]);

test('no Java is looked for where no local Kafka is used', () => {
  const checks = judgeMachine({ ...well, javaMajor: 'unused' });
  assert.equal(
    checks.find(({ id }) => id === 'machine.java'),
    undefined,
  );
});

const part = (runs: boolean, ready = runs) => ({ name: 'detection', runs, ready });
tableOf(judgeProcesses, [
  [
    'parts that run are well',
    { supervisorRuns: true, parts: [part(true)] },
    'machine.processes',
    { status: 'ok' },
  ],
  [
    'a part that is down fails and is named',
    { supervisorRuns: true, parts: [part(false)] },
    'machine.processes',
    { status: 'fail', what: /detection/ },
  ],
  [
    'a part that is not ready fails',
    { supervisorRuns: true, parts: [part(true, false)] },
    'machine.processes',
    { status: 'fail' },
  ],
  [
    'what outlived its supervisor fails and is named',
    { supervisorRuns: false, parts: [part(true)] },
    'machine.processes',
    { status: 'fail', what: /left behind.*detection/ },
  ],
  [
    'a stack that is not running is warned of',
    { supervisorRuns: false, parts: [part(false)] },
    'machine.processes',
    { status: 'warn', mend: /npm start/ },
  ],
]);

const clock = (aheadMs: number) => ({ against: 'Redis', aheadMs });
tableOf(
  (facts: ReturnType<typeof clock>) => [judgeClock(facts)],
  [
    ['a clock two seconds apart is well', clock(2_000), 'clock.skew:Redis', { status: 'ok' }],
    [
      'a clock more than two seconds apart is warned of',
      clock(-2_001),
      'clock.skew:Redis',
      { status: 'warn', what: /2\.0 s behind Redis/ },
    ],
    [
      'a clock more than half a minute apart fails',
      clock(30_001),
      'clock.skew:Redis',
      { status: 'fail', what: /ahead of/ },
    ],
  ],
);
