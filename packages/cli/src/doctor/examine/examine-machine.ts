import type { Check } from '../check.ts';
import { judgeMachine, judgeProcesses } from '../judge/judge-machine.ts';
import { configWith, isLoopback } from '../patient.ts';
import type { Patient } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeMachine, probeProcesses } from '../probe/probe-machine.ts';
import type { Instruments } from '../instruments.ts';

export async function examineMachine(patient: Patient, instruments: Instruments): Promise<readonly Check[]> {
  const { home } = patient;
  const brokers = configWith(patient, 'KAFKA_BROKERS')?.value ?? [];
  const machine = await probe(() =>
    probeMachine({
      home,
      usesLocalKafka: home !== undefined && isLoopback(brokers),
      freeBytesOf: instruments.freeBytesOf,
    }),
  );
  const processes = home === undefined ? [] : judgeProcesses(probeProcesses(home));
  const mend = 'Look at the machine itself: a disk that gives no answer holds up whoever asks it.';
  return [...judged('machine.node', machine, mend, judgeMachine), ...processes];
}
