import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant, streams, WeirError } from '@weir/contracts';
import type { AuditRequest } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { Sealer } from '@weir/envelope';
import type { KafkaClient, Producer } from '@weir/kafka';
import { auditRequestEvent } from './audit-request-event.ts';

/** Something to be audited. The recorder adds when it happened and the id of the request. */
export type AuditAct = Omit<AuditRequest, 'requestId' | 'at'>;

/** An act whose beginning is on the trail. */
export type BegunAct = {
  readonly requestId: string;
  /**
   * Records how it ended, in an entry of its own whose detail `begun` names the
   * entry of its beginning. Resolves when the broker has it. Throws like `record`.
   */
  end(result: 'done' | 'refused' | 'failed', details?: AuditAct['details']): Promise<void>;
};

export type AuditRecorder = {
  /**
   * Asks the notary to record what has happened; resolves when the broker has the
   * request, from where it is not lost. A request that had to be sent twice becomes
   * one entry. Throws WeirError audit_unavailable where the broker or the KMS does
   * not answer within the bound, and the KMS's own where a person has to act.
   */
  record(act: AuditAct): Promise<void>;
  /**
   * For acts that must not happen unrecorded: says that the act begins, and resolves
   * when its entry (result `begun`) stands on the trail. Throws WeirError
   * audit_unavailable where that doesn't come about within the bound; the act must
   * not happen then. The entry may still appear later: it says that somebody began
   * an act, and no entry says that it ended.
   */
  recordBefore(act: Omit<AuditAct, 'result'>): Promise<BegunAct>;
  /** Lets go of the connections. */
  close(): Promise<void>;
};

export type AuditRecorderOptions = {
  readonly kafka: Pick<KafkaClient, 'createProducer' | 'offsets' | 'readRange'>;
  /** Seals for stream `intake`. */
  readonly sealer: Sealer;
  readonly environment: string;
  /** Who writes, for CloudEvents: '/weir/ingest'. */
  readonly source: string;
  /** The wall clock, milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Random UUIDs. They have to be random: the id of an entry is the proof that the notary wrote it. */
  readonly newId: () => string;
  /** How long a request, or the wait for its entry, may take. Default 10,000 ms. */
  readonly timeoutMs?: number;
};

const intakePartition = 0;
const trailPartition = 0;
const lookAgainMs = 100;
const trail = streams.audit.topic;

/** Creates a recorder. Nothing is connected before the first act. */
export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  const { kafka, timeoutMs = 10_000 } = options;
  let opening: Promise<Producer> | undefined;

  async function producer(): Promise<Producer> {
    opening ??= kafka.createProducer({ appendTimeoutMs: timeoutMs });
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  function completed(act: AuditAct): AuditRequest {
    return { requestId: options.newId(), at: formatInstant(options.nowMs()), ...act };
  }

  async function send(request: AuditRequest, deadlineMs: number): Promise<void> {
    const { sealer, environment, source } = options;
    await untilItSucceeds(deadlineMs, async () => {
      const records = await sealEvents({ sealer, stream: 'intake', environment, source }, [
        auditRequestEvent(request),
      ]);
      await (await producer()).append(streams.intake.topic, intakePartition, records);
    });
  }

  const record = (act: AuditAct): Promise<void> => send(completed(act), performance.now() + timeoutMs);

  return {
    record,
    async recordBefore(act) {
      const deadlineMs = performance.now() + timeoutMs;
      const request = completed({ ...act, result: 'begun' });
      // Read before the request is sent: its entry can only stand behind it.
      const from = await untilItSucceeds(deadlineMs, () => trailEnd(kafka));
      await send(request, deadlineMs);
      await entryOf(kafka, request.requestId, from, deadlineMs);
      return {
        requestId: request.requestId,
        end: (result, details = {}) =>
          record({ ...act, result, details: { ...act.details, ...details, begun: request.requestId } }),
      };
    },
    async close() {
      const last = opening;
      opening = undefined;
      await (await last?.catch(() => undefined))?.close();
    },
  };
}

/** Tries again what may pass until the deadline, by the monotonic clock. Throws WeirError audit_unavailable behind it. */
async function untilItSucceeds<T>(deadlineMs: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(unavailable()), Math.max(0, deadlineMs - performance.now()));
    try {
      return await Promise.race([attempt(), late.promise]);
    } catch (error) {
      if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
      if (performance.now() + lookAgainMs >= deadlineMs) throw unavailable(error);
    } finally {
      clearTimeout(timer);
    }
    await sleep(lookAgainMs);
  }
}

/** Waits until the entry stands on the trail. The ids of entries are read, and nothing is opened. */
async function entryOf(
  kafka: AuditRecorderOptions['kafka'],
  requestId: string,
  from: number,
  deadlineMs: number,
): Promise<void> {
  let next = from;
  for (;;) {
    const end = await untilItSucceeds(deadlineMs, () => trailEnd(kafka));
    let found = false;
    if (end > next) {
      const span = { from: new Map([[trailPartition, next]]), until: new Map([[trailPartition, end]]) };
      await untilItSucceeds(deadlineMs, () =>
        kafka.readRange({
          topic: trail,
          ...span,
          onRecord: ({ headers }) => void (found ||= headers['ce_id']?.toString('latin1') === requestId),
          readCommitted: true,
          deadlineMs: Math.max(1, deadlineMs - performance.now()),
        }),
      );
      next = end;
    }
    if (found) return;
    if (performance.now() + lookAgainMs >= deadlineMs) throw unavailable();
    await sleep(lookAgainMs);
  }
}

async function trailEnd(kafka: AuditRecorderOptions['kafka']): Promise<number> {
  return (await kafka.offsets(trail)).find(({ partition }) => partition === trailPartition)?.end ?? 0;
}

const unavailable = (cause?: unknown): WeirError =>
  new WeirError('audit_unavailable', 'the act could not be recorded in time: see that the notary is ready', {
    cause,
  });
