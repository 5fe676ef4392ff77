import type { TakeIn, TakenIn } from './batch.ts';
import { createIntake } from './intake.ts';

/**
 * Puts what was found into alerts and cases. Pure; what is in an alert already is dropped, so
 * that a batch taken in twice changes nothing. However records are cut into batches, they make
 * the same alerts, entries and cases; revisions count the batches.
 */
export function takeIn(batch: TakeIn): TakenIn {
  const intake = createIntake(batch);
  for (const finding of batch.findings) intake.add(finding);
  return intake.result();
}
