import { createAwsSigner } from '@weir/kms';
import { ok, skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Instruments } from '../instruments.ts';
import { judgeCheckpoint } from '../judge/judge-audit.ts';
import { configWith } from '../patient.ts';
import type { Patient } from '../patient.ts';
import { absent, judged, probe } from '../probed.ts';
import { examineReady } from './examine-ready.ts';
import { kmsAccessOf } from '../probe/probe-kms.ts';
import { knowsStream, openLogReader, probeTrail } from '../probe/probe-log.ts';

export const examineAudit = async (patient: Patient, instruments: Instruments): Promise<readonly Check[]> =>
  (
    await Promise.all([
      examineReady(patient, { id: 'audit.notary', name: 'notary', mend: lookAtNotary }),
      examineTrail(patient, instruments),
      examineSigningKey(patient),
    ])
  ).flat();

const lookAtNotary =
  'Start the notary and look at its log: until it goes on, acts that have to be recorded are refused.';

async function examineTrail({ roles }: Patient, { nowMs }: Instruments): Promise<readonly Check[]> {
  const config = roles.get('ops') ?? roles.get('notary');
  const reader = config === undefined ? undefined : openLogReader(config);
  try {
    const trail =
      reader === undefined || !knowsStream(reader, 'audit')
        ? absent('no role that is looked at reads the audit trail')
        : await probe(() => probeTrail(reader, nowMs));
    const mend = 'Compare the trail with its checkpoints: npx weir audit verify.';
    return judged('audit.checkpoint', trail, mend, (facts) => [judgeCheckpoint(facts)]);
  } finally {
    await probe(async () => reader?.close());
  }
}

async function examineSigningKey(patient: Patient): Promise<readonly Check[]> {
  const found = configWith(patient, 'AUDIT_SIGNING_KEY');
  if (found === undefined)
    return [skipped('audit.signingKey', 'no role that is looked at has an AUDIT_SIGNING_KEY')];
  const signer = createAwsSigner({ access: kmsAccessOf(found.config), keyId: found.value });
  const key = await probe(() => signer.publicKeyPem());
  signer.close();
  const mend = 'Follow docs/runbooks/key-refused.md for the key that AUDIT_SIGNING_KEY names.';
  return judged('audit.signingKey', key, mend, () => [ok('audit.signingKey', 'its public half can be had')]);
}
