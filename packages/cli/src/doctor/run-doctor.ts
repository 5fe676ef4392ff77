import type { Check } from './check.ts';
import { examineAudit } from './examine/examine-audit.ts';
import { alertsApi, examineApi, replaysApi } from './examine/examine-api.ts';
import { examineDoor } from './examine/examine-door.ts';
import { examineKafka } from './examine/examine-kafka.ts';
import { examineKms } from './examine/examine-kms.ts';
import { examineMachine } from './examine/examine-machine.ts';
import { examineOwnCertificates } from './examine/examine-own-certificates.ts';
import { examineReach } from './examine/examine-reach.ts';
import { examineReady } from './examine/examine-ready.ts';
import { examineRedis } from './examine/examine-redis.ts';
import type { Instruments } from './instruments.ts';
import type { Patient } from './patient.ts';

const lookAtLearner =
  'Start the learner and look at its log: until it goes on, detection scores by its last snapshot.';

const lookAtReplay =
  'Start replay and look at its log: verdicts and alerts go on without it, and nothing can be replayed.';

/**
 * Examines everything the patient points to and changes none of it. The parts are
 * looked at side by side; whatever hangs in one is a failure of its own.
 */
export async function runDoctor(patient: Patient, instruments: Instruments): Promise<readonly Check[]> {
  // Redis is held against the log, so it waits for what Kafka says of it.
  const kafka = examineKafka(patient, instruments);
  const found = await Promise.all([
    examineMachine(patient, instruments),
    examineOwnCertificates(patient, instruments),
    kafka.then(({ checks }) => checks),
    kafka.then(({ log }) => examineRedis(patient, instruments, log)),
    examineKms(patient, instruments),
    examineReach(patient, instruments),
    examineAudit(patient, instruments),
    examineDoor(patient, instruments),
    examineApi(alertsApi, patient, instruments),
    examineApi(replaysApi, patient, instruments),
    examineReady(patient, { id: 'learning.learner', name: 'learner', mend: lookAtLearner }),
    examineReady(patient, { id: 'replay.worker', name: 'replay', mend: lookAtReplay }),
  ]);
  return found.flat();
}
