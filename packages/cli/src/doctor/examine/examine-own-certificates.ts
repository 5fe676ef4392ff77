import { X509Certificate } from 'node:crypto';
import { skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Instruments } from '../instruments.ts';
import { judgeOwnCertificate } from '../judge/judge-tls.ts';
import type { Patient, RoleConfig } from '../patient.ts';
import { judged, probe } from '../probed.ts';

const connections = [
  ['Kafka', 'KAFKA_TLS_CERT_FILE'],
  ['Redis', 'REDIS_TLS_CERT_FILE'],
] as const satisfies readonly (readonly [string, keyof RoleConfig])[];

/** The certificates that the roles themselves show: whose has ended is refused like a stranger. */
export async function examineOwnCertificates(
  { roles }: Patient,
  { nowMs }: Instruments,
): Promise<readonly Check[]> {
  const shown = [...roles].flatMap(([role, config]) =>
    connections.flatMap(([side, variable]) => {
      const pem = config[variable];
      return pem === undefined ? [] : [{ subject: `${role}/${side}`, variable, pem }];
    }),
  );
  if (shown.length === 0)
    return [skipped('machine.certificates', 'no role that is looked at shows a certificate of its own')];
  const checks = shown.map(async ({ subject, variable, pem }) => {
    const ends = await probe(async () => Date.parse(new X509Certificate(pem).validTo));
    return judged('machine.certificates', ends, `Let ${variable} name a certificate (PEM).`, (endsAtMs) => [
      judgeOwnCertificate(subject, endsAtMs - nowMs(), variable),
    ]);
  });
  return (await Promise.all(checks)).flat();
}
