import type { Check } from '../check.ts';
import { skipped } from '../check.ts';
import type { Patient } from '../patient.ts';
import type { Instruments } from '../instruments.ts';

export async function examineDoor(_patient: Patient, _instruments: Instruments): Promise<readonly Check[]> {
  return [skipped('door.certificate', 'not looked at')];
}
