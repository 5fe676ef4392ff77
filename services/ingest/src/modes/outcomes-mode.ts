import type { Readable } from 'node:stream';
import type { Producer } from '@weir/kafka';
import { readIndexKey } from '../feed-settings.ts';
import type { FeedMetrics } from '../feed-metrics.ts';
import { startImport, type ImportSettings } from '../outcomes/import-outcomes.ts';
import type { IngestConfig } from '../config.ts';
import { openSource } from '../source/open-source.ts';
import { recorded, type ModeParts } from './parts.ts';

/** Imports outcomes from one source; who did, and how many, stands on the audit trail. */
export async function runOutcomes(
  parts: ModeParts,
  producer: Producer,
  { stdin, feedMetrics }: { readonly stdin: Readable; readonly feedMetrics: FeedMetrics },
): Promise<void> {
  const { config, log, reporter, kms } = parts;
  const settings = importSettingsOf(config);
  const subject = { kind: 'stream' as const, id: 'outcomes' };
  const what = { action: 'outcomes_imported', subject, person: settings.reportedBy } as const;
  await recorded(parts, what, async () => {
    const run = await startImport(settings, {
      ...readIndexKey(config),
      stdin,
      openSource,
      kafka: parts.kafka,
      producer,
      opener: kms.opener,
      sealers: { outcomes: kms.sealerFor('outcomes'), rejected: kms.sealerFor('rejected') },
      nowMs: Date.now,
      retry: parts.retry,
      stopping: parts.stopping,
    });
    log.info('the import of outcomes has begun', { source: settings.source });
    const stopReporting = reporter.follow(run, (progress) => feedMetrics.update(progress, run.openRecords()));
    try {
      await run.ended;
    } finally {
      stopReporting();
      feedMetrics.update(run.progress(), run.openRecords());
      await reporter.summary(run.summary(), config.REPORT_FILE);
    }
    const { acknowledged, rejected, failed, unknown } = run.summary();
    return { done: undefined, details: { acknowledged, rejected, failed, unknown } };
  });
}

/** What the configuration says about the import; its own check lets none through without what it needs. */
function importSettingsOf(config: IngestConfig): ImportSettings {
  const { INPUT_FILE: input = '-', TENANT: tenant = '', SOURCE: source = '' } = config;
  const byName = /\.csv(\.gz)?$/i.test(input) ? 'csv' : 'ndjson';
  return {
    input,
    format: config.OUTCOMES_FORMAT ?? byName,
    tenant,
    source,
    reportedBy: config.ACTING_PERSON ?? '',
    environment: config.WEIR_ENVIRONMENT,
    futureLimitMs: config.FUTURE_LIMIT_MS,
  };
}
