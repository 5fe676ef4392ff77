import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAdminCredentials } from '@weir/local';
import { z } from 'zod';
import { fail, ok, skipped } from '../check.ts';
import type { Check } from '../check.ts';
import { judgeClock } from '../judge/judge-clock.ts';
import { judgeCallers, judgeKms, judgeRotation } from '../judge/judge-kms.ts';
import type { KeyAttempt } from '../judge/judge-kms.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { isLoopback } from '../patient.ts';
import type { Patient, RoleConfig } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeHttpClock } from '../probe/probe-clock.ts';
import { kmsAccessOf, probeKeyAges, probeKms } from '../probe/probe-kms.ts';
import { probeTls } from '../probe/probe-tls.ts';
import type { Instruments } from '../instruments.ts';

const reach = 'Correct KMS_ENDPOINT, AWS_REGION or the network to the KMS; on a laptop: npm start.';

export async function examineKms(patient: Patient, instruments: Instruments): Promise<readonly Check[]> {
  const [config] = patient.roles.values();
  if (config === undefined) return [skipped('kms.reachable', 'no stack has been started in this home yet')];
  const [attempts, clockAndTls, callers, ages] = await Promise.all([
    probe(() => probeKms(patient.roles)),
    examineEndpoint(config, instruments),
    examineCallers(patient),
    examineAges(patient, config, instruments),
  ]);
  const rights = judged('kms.reachable', attempts, reach, (found) =>
    isSilent(found) ? [fail('kms.reachable', 'no answer to any call', reach)] : judgeAnswers(found),
  );
  return [...rights, ...callers, ...ages, ...clockAndTls];
}

const isSilent = (attempts: readonly KeyAttempt[]): boolean =>
  attempts.every(({ outcome }) => outcome === 'unavailable');

const judgeAnswers = (attempts: readonly KeyAttempt[]): readonly Check[] => [
  ok(
    'kms.reachable',
    `answered ${attempts.filter(({ outcome }) => outcome !== 'unavailable').length} of ${attempts.length} dry calls`,
  ),
  ...judgeKms(attempts),
];

async function examineEndpoint(config: RoleConfig, { nowMs }: Instruments): Promise<readonly Check[]> {
  const url = config.KMS_ENDPOINT ?? `https://kms.${config.AWS_REGION}.amazonaws.com`;
  const { protocol, hostname, port } = new URL(url);
  const onLoopback = isLoopback([url]);
  const ca = config.KMS_TLS_CA_FILE;
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const [clock, tls] = await Promise.all([
    probe(() => probeHttpClock({ url, ca, against: 'the KMS', nowMs })),
    probe(async () =>
      protocol === 'http:'
        ? undefined
        : await probeTls({
            host,
            port: port === '' ? 443 : Number(port),
            ...(ca === undefined ? {} : { ca }),
          }),
    ),
  ]);
  return [
    ...judged('clock.skew', clock, reach, (facts) => [judgeClock(facts)]),
    ...judged('kms.tls', tls, reach, (facts) => [
      judgeTls('kms.tls', { nowMs: nowMs(), isLoopback: onLoopback, tls: facts }, reach),
    ]),
  ];
}

/** The workers' roles may not list keys. On a laptop who made them may; elsewhere whoever looks after them. */
async function examineAges(
  { home }: Patient,
  config: RoleConfig,
  { nowMs }: Instruments,
): Promise<readonly Check[]> {
  const credentials = home === undefined ? undefined : readAdminCredentials(home);
  if (credentials === undefined)
    return [skipped('kms.rotation', 'this role may not list keys: see "weir keys list" with the rights to')];
  const access = { ...kmsAccessOf(config), credentials };
  const ages = await probe(() => probeKeyAges(access, config.WEIR_ENVIRONMENT));
  return judged('kms.rotation', ages, reach, (found) =>
    found.map(({ keyClass, renewedAtMs }) => judgeRotation(keyClass, nowMs() - renewedAtMs)),
  );
}

/** Secrets stand beside, and are left where they are. */
const callerList = z.array(
  z.object({
    name: z.string(),
    allow: z.array(z.object({ operations: z.array(z.string()), keys: z.array(z.string()) })),
  }),
);

async function examineCallers({ home }: Patient): Promise<readonly Check[]> {
  if (home === undefined)
    return [
      skipped(
        'kms.administration',
        'making and changing keys is not tried: read the key policies (aws kms get-key-policy)',
      ),
    ];
  const callers = await probe(async () =>
    callerList.parse(JSON.parse(readFileSync(join(home, 'keys', 'callers.json'), 'utf8'))),
  );
  const mend = 'Start the local stack, which writes keys/callers.json anew.';
  return judged('kms.administration', callers, mend, judgeCallers);
}
