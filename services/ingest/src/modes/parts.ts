import { randomUUID } from 'node:crypto';
import { createAuditRecorder, type AuditAct } from '@weir/audit';
import type { KmsConnection } from '@weir/connections';
import type { KafkaClient, Producer } from '@weir/kafka';
import type { Logger, Metrics } from '@weir/runtime';
import type { ArtefactPorts } from '../artefacts/publish-plan.ts';
import type { IngestConfig } from '../config.ts';
import type { Reporter } from '../reporter.ts';
import type { RetryWithin } from '../send/retry-within.ts';

/** What every mode is made of. */
export type ModeParts = {
  readonly config: IngestConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  readonly retry: RetryWithin;
  readonly kafka: KafkaClient;
  readonly kms: KmsConnection;
  readonly stopping: AbortController;
};

export const artefactPortsOf = (
  { kafka, kms, config, retry, stopping }: ModeParts,
  producer: Producer,
): ArtefactPorts => ({
  kafka,
  producer,
  sealer: kms.sealerFor('artefacts'),
  opener: kms.opener,
  environment: config.WEIR_ENVIRONMENT,
  nowMs: Date.now,
  retry,
  signal: stopping.signal,
});

type Done<Result> = { readonly done: Result; readonly details: AuditAct['details'] };

/**
 * Does something that must not happen unrecorded: its entry is on the trail before,
 * and how it ended comes behind it. Who does it is the person that the configuration
 * names, or else the worker. Throws WeirError audit_unavailable, with nothing done,
 * where it can't be recorded.
 */
export async function recorded<Result>(
  { kafka, kms, config }: Pick<ModeParts, 'kafka' | 'kms' | 'config'>,
  {
    action,
    subject,
    person,
    details = {},
  }: Pick<AuditAct, 'action' | 'subject'> &
    Partial<Pick<AuditAct, 'details'>> & { readonly person?: string | undefined },
  act: () => Promise<Done<Result>>,
): Promise<Result> {
  const recorder = createAuditRecorder({
    kafka,
    sealer: kms.sealerFor('intake'),
    environment: config.WEIR_ENVIRONMENT,
    source: '/weir/ingest',
    nowMs: Date.now,
    newId: randomUUID,
  });
  try {
    const begun = await recorder.recordBefore({
      actor:
        person === undefined
          ? { kind: 'worker', name: 'ingest' }
          : { kind: 'person', name: person.replaceAll(' ', '_') },
      action,
      subject,
      origin: 'ingest',
      details,
    });
    try {
      const { done, details } = await act();
      await begun.end('done', details);
      return done;
    } catch (error) {
      // Why it failed is told by the error itself, whether or not the trail can still be told.
      await begun.end('failed').catch(() => undefined);
      throw error;
    }
  } finally {
    await recorder.close();
  }
}
