import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyClasses, roles } from '@weir/contracts';
import { isGranted, judgeCallers, judgeKms, judgeRotation } from './judge-kms.ts';
import type { KeyAttempt } from './judge-kms.ts';
import { tableOf } from './judges.fixture.ts';

const dayMs = 86_400_000;

/** Every role tries everything, and each gets what the table of streams grants it, but for the change. */
const attempts = (change: Partial<KeyAttempt> & { readonly of?: Partial<KeyAttempt> } = {}) => {
  const { of, ...changed } = change;
  return roles.flatMap((role) =>
    keyClasses.flatMap((keyClass) =>
      (['seal', 'open'] as const).map((act): KeyAttempt => {
        const attempt: KeyAttempt = {
          role,
          keyClass,
          keyArn: `arn:${keyClass}`,
          act,
          outcome: isGranted(role, keyClass, act) ? 'allowed' : 'denied',
        };
        const isMeant =
          of !== undefined &&
          Object.entries(of).every(([name, value]) => attempt[name as keyof KeyAttempt] === value);
        return isMeant ? { ...attempt, ...changed } : attempt;
      }),
    ),
  );
};

test('roles that may what the table grants and nothing more are well', () => {
  assert.ok(judgeKms(attempts()).every(({ status }) => status === 'ok'));
});

const alertingReceived = { role: 'alerting', keyClass: 'received', act: 'open' } as const;
tableOf(judgeKms, [
  [
    'a role that can open what it must not fails, and the grant to take away is named',
    attempts({ of: alertingReceived, outcome: 'allowed' }),
    'kms.mayNot:alerting',
    { status: 'fail', what: /open received/, mend: /Take from alerting .*kms:Decrypt on arn:received/ },
  ],
  [
    'a role that can seal what it must not fails',
    attempts({ of: { role: 'alerting', keyClass: 'cleared', act: 'seal' }, outcome: 'allowed' }),
    'kms.mayNot:alerting',
    { status: 'fail', mend: /kms:GenerateDataKey on arn:cleared/ },
  ],
  [
    'a role that is refused what it needs fails, and the missing grant is named',
    attempts({ of: { role: 'detection', keyClass: 'held', act: 'seal' }, outcome: 'denied' }),
    'kms.may:detection',
    { status: 'fail', mend: /Grant detection .*kms:GenerateDataKey on arn:held/ },
  ],
  [
    'a call without an answer proves no refusal',
    attempts({ of: { ...alertingReceived }, outcome: 'unavailable' }),
    'kms.mayNot:alerting',
    { status: 'warn', what: /open received/ },
  ],
  [
    'a role whose key is disabled cannot do its work, whatever it is granted',
    attempts({ of: { role: 'detection', keyClass: 'held', act: 'seal' }, outcome: 'disabled' }),
    'kms.may:detection',
    { status: 'fail', what: /cannot seal held/, mend: /kms\.keys/ },
  ],
  [
    'a role that is told of no key for what it reads is warned of',
    attempts().filter(({ keyClass }) => keyClass !== 'received'),
    'kms.may:detection',
    { status: 'warn', what: /no key for received/ },
  ],
  [
    'a key that everybody is refused is not called usable',
    attempts({ of: { keyClass: 'held' }, outcome: 'denied' }),
    'kms.keys:held',
    { status: 'skipped' },
  ],
  [
    'a call without an answer fails where it is needed',
    attempts({ of: { role: 'detection', keyClass: 'held', act: 'seal' }, outcome: 'unavailable' }),
    'kms.may:detection',
    { status: 'fail', what: /no answer/ },
  ],
  [
    'a disabled key fails',
    attempts({ of: { keyClass: 'held' }, outcome: 'disabled' }),
    'kms.keys:held',
    { status: 'fail', mend: /enable-key/ },
  ],
  [
    'a key that is to be deleted fails',
    attempts({ of: { keyClass: 'held' }, outcome: 'pendingDeletion' }),
    'kms.keys:held',
    { status: 'fail', mend: /cancel-key-deletion/ },
  ],
  [
    'a key that the KMS does not know fails',
    attempts({ of: { keyClass: 'held' }, outcome: 'notFound' }),
    'kms.keys:held',
    { status: 'fail', mend: /KMS_KEYS/ },
  ],
]);

const signing = (role: KeyAttempt['role'], keyClass: 'audit-signing' | 'replay-signing'): KeyAttempt[] => [
  { role, keyClass, keyArn: `arn:${keyClass}`, act: 'sign', outcome: 'allowed' },
];
tableOf(judgeKms, [
  [
    'replay may sign its own manifests',
    signing('replay', 'replay-signing'),
    'kms.mayNot:replay',
    { status: 'skipped' },
  ],
  [
    'replay that can sign checkpoints of the audit trail fails',
    signing('replay', 'audit-signing'),
    'kms.mayNot:replay',
    { status: 'fail', mend: /kms:Sign on arn:audit-signing/ },
  ],
  [
    'a notary that can sign manifests of replays fails',
    signing('notary', 'replay-signing'),
    'kms.mayNot:notary',
    { status: 'fail', mend: /kms:Sign on arn:replay-signing/ },
  ],
]);

const caller = (name: string, operations: readonly string[], keys = ['alias/weir-local-received']) => [
  { name, allow: [{ operations, keys }] },
];
tableOf(judgeCallers, [
  [
    'a role that seals and opens is well',
    caller('detection', ['GenerateDataKey', 'Decrypt']),
    'kms.administration:detection',
    { status: 'ok' },
  ],
  [
    'the notary may sign',
    caller('notary', ['Sign', 'GetPublicKey']),
    'kms.administration:notary',
    { status: 'ok' },
  ],
  [
    'replay may sign its manifests',
    caller('replay', ['Sign', 'GetPublicKey']),
    'kms.administration:replay',
    { status: 'ok' },
  ],
  [
    'nobody else may sign',
    caller('ops', ['Sign']),
    'kms.administration:ops',
    { status: 'fail', what: /Sign/ },
  ],
  [
    'a role that may make keys fails',
    caller('ingest', ['CreateKey']),
    'kms.administration:ingest',
    { status: 'fail', what: /CreateKey/ },
  ],
  [
    'a role that may disable keys fails',
    caller('ingest', ['DisableKey']),
    'kms.administration:ingest',
    { status: 'fail' },
  ],
  [
    'a role that may use every key fails',
    caller('ingest', ['Decrypt'], ['*']),
    'kms.administration:ingest',
    { status: 'fail' },
  ],
]);

test('who makes the keys is not held against the rules of the roles', () => {
  assert.deepEqual(judgeCallers(caller('admin', ['CreateKey'])), []);
});

tableOf(
  (ageDays: number) => [judgeRotation('held', ageDays * dayMs)],
  [
    ['material of a year is well', 365, 'kms.rotation:held', { status: 'ok' }],
    [
      'material older than 400 days is warned of',
      401,
      'kms.rotation:held',
      { status: 'warn', mend: /keys rotate held/ },
    ],
  ],
);
