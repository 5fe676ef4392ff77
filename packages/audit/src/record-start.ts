import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { AuditRecorder } from './audit-recorder.ts';

const againAfterMs = 5_000;

/**
 * Records that a worker has started, with a digest of its configuration as it is
 * printed. A worker whose audit trail is away does its work meanwhile, so this
 * goes on until the request is on the intake or the worker stops; it is not to be
 * awaited before the work begins. Throws only what no waiting mends.
 */
export async function recordStart(
  recorder: Pick<AuditRecorder, 'record'>,
  started: {
    readonly service: string;
    /** What redactConfig made: secrets are not in it. */
    readonly configuration: object;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { service, signal } = started;
  const configurationSha256 = hash('sha256', JSON.stringify(started.configuration));
  while (!signal.aborted) {
    try {
      return await recorder.record({
        actor: { kind: 'worker', name: service },
        action: 'worker_started',
        subject: { kind: 'worker', id: service },
        result: 'done',
        origin: service,
        details: { configurationSha256 },
      });
    } catch (error) {
      // What was cut short by the stop has not failed.
      if (signal.aborted) return;
      if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
    }
    await sleep(againAfterMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
