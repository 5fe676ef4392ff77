import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import { createAuditRecorder } from './audit-recorder.ts';
import type { AuditRecorder, AuditRecorderOptions } from './audit-recorder.ts';

const againAfterMs = 5_000;

/** A worker that has started, with what it is connected to. */
export type StartedWorker = Pick<AuditRecorderOptions, 'kafka' | 'sealer' | 'environment'> & {
  readonly service: string;
  /** What redactConfig made: secrets are not in it. */
  readonly configuration: object;
  /** Aborted when the worker is to stop. */
  readonly signal: AbortSignal;
};

/**
 * Records that a worker has started, with a digest of its configuration as it is
 * printed. A worker whose audit trail is away does its work meanwhile, so this
 * goes on until the request is on the intake or the worker stops; it is not to be
 * awaited before the work begins. Throws only what no waiting mends.
 */
export async function recordStart(started: StartedWorker): Promise<void> {
  const recorder = createAuditRecorder({
    ...started,
    source: `/weir/${started.service}`,
    nowMs: Date.now,
    newId: randomUUID,
  });
  try {
    while (!started.signal.aborted && !(await isRecorded(recorder, started))) {
      await sleep(againAfterMs, undefined, { signal: started.signal, ref: false }).catch(() => undefined);
    }
  } finally {
    await recorder.close();
  }
}

async function isRecorded(
  recorder: AuditRecorder,
  { service, configuration, signal }: StartedWorker,
): Promise<boolean> {
  try {
    await recorder.record({
      actor: { kind: 'worker', name: service },
      action: 'worker_started',
      subject: { kind: 'worker', id: service },
      result: 'done',
      origin: service,
      details: { configurationSha256: hash('sha256', JSON.stringify(configuration)) },
    });
    return true;
  } catch (error) {
    // What was cut short by the stop has not failed.
    if (signal.aborted) return true;
    if (error instanceof WeirError && error.recovery === 'retry') return false;
    throw error;
  }
}
