import type { Readable } from 'node:stream';
import { redriveBatchLimitMs, redriveInput, type RedriveInput } from '@weir/contracts';
import { createPartitioner, createPseudonymizer } from '@weir/envelope';
import type { Producer } from '@weir/kafka';
import { readKeys, readMapping } from '../feed-settings.ts';
import { requireOpenedLog } from '../log/read-opening.ts';
import { createOfferAgain } from '../redrive/offer-again.ts';
import { redriveBatch, say, type RedrivePorts } from '../redrive/redrive-batch.ts';
import { retryWithin } from '../send/retry-within.ts';
import { frameLines } from '../source/frame-lines.ts';
import { openSource } from '../source/open-source.ts';
import { SourceError } from '../source/source-error.ts';
import type { ModeParts } from './parts.ts';

/** A batch holds letters of 64 KB at most, in base64, each with the header of its table. */
const maxLineBytes = 64 * 1_048_576;

/** Of one append, and of all its attempts together: well within what a batch may take. */
export const redriveAppendTimeoutMs = 5_000;

/**
 * Offers dead letters again that another process has opened and says on standard input: this one may not open
 * any. A line is a batch, and is answered before the next one is read. Throws SourceError for an input of another
 * kind, and WeirError where Kafka or the KMS is away for longer than a batch may take.
 */
export async function runRedrive(
  parts: ModeParts,
  producer: Producer,
  { stdin }: { readonly stdin: Readable },
): Promise<void> {
  const { log, reporter, stopping } = parts;
  const { chunks } = await openSource('-', stdin, stopping.signal);
  const ports = await portsOf(parts, producer);
  for await (const lines of frameLines(chunks, maxLineBytes)) {
    for (const { bytes } of lines) {
      if (stopping.signal.aborted) return;
      const input = inputOf(bytes);
      if (input.kind === 'close') {
        await say(ports, { kind: 'ended', batch: input.batch, letters: input.letters });
        await reporter.redriven({ kind: 'redriven', batch: input.batch, letters: [] });
        continue;
      }
      const outcomes = await redriveBatch(ports, input);
      log.info('dead letters were redriven', { count: outcomes.length });
      await reporter.redriven({ kind: 'redriven', batch: input.batch, letters: outcomes });
    }
  }
}

function inputOf(bytes: Buffer): RedriveInput {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new SourceError(65, 'the input is no JSON');
  }
  const input = redriveInput.safeParse(json);
  if (!input.success) throw new SourceError(65, 'the input names no dead letters to redrive');
  return input.data;
}

async function portsOf(parts: ModeParts, producer: Producer): Promise<RedrivePorts> {
  const { config, kms, kafka, retry, stopping } = parts;
  const { signal } = stopping;
  const environment = config.WEIR_ENVIRONMENT;
  const { partitionCount } = await retryWithin(retry, signal, () =>
    requireOpenedLog(kafka, kms.opener, environment),
  );
  const { indexKey, indexKeyVersion: version, routingKey } = readKeys(config);
  return {
    ...{ kafka, producer, environment, signal },
    sealers: { received: kms.sealerFor('received'), rejected: kms.sealerFor('rejected') },
    offerAgain: createOfferAgain({
      pseudonymize: createPseudonymizer({ indexKey, version }),
      pseudonymizeOnce: createPseudonymizer({ indexKey, version, maxRemembered: 0 }),
      partitionOf: createPartitioner({ routingKey, partitionCount }),
      partitionCount,
      mapping: config.MAPPING_FILE === undefined ? null : readMapping(config.MAPPING_FILE),
      futureLimitMs: config.FUTURE_LIMIT_MS,
    }),
    retry: { ...retry, limitMs: Math.min(retry.limitMs, redriveBatchLimitMs - redriveAppendTimeoutMs) },
    nowMs: Date.now,
    after: (delayMs, call) => {
      const timer = setTimeout(call, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
