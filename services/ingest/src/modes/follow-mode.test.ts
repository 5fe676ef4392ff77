import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createLogger, createMetrics } from '@weir/runtime';
import { createFollowSigns, followBesideDoor } from './follow-mode.ts';
import type { ModeParts } from './parts.ts';

/** The parts of a door whose follower fails like this at its first step. */
function partsFailing(error: Error): { readonly parts: ModeParts; readonly failed: Promise<void> } {
  const failed = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const topicPartitions = async (): Promise<never> => {
    failed.resolve();
    throw error;
  };
  const retry = { limitMs: 0, nowMs: () => 0, random: () => 0, sleep: async () => undefined };
  const parts = {
    config: { WEIR_ENVIRONMENT: 'local' },
    kafka: { topicPartitions },
    kms: { opener: {} },
    log: createLogger({ service: 'test', level: 'fatal' }),
    metrics: createMetrics({ service: 'test' }),
    retry: { ...retry, onRetry: () => undefined },
    stopping,
  };
  return { parts: parts as unknown as ModeParts, failed: failed.promise };
}

for (const [error, code] of [
  [new WeirError('kms_key_disabled', 'somebody has to act'), 'kms_key_disabled'],
  [new TypeError('a bug'), 'fault'],
] as const) {
  test(`a door goes on when following its models fails by ${code}, and says so until it is closed`, async () => {
    const { parts, failed } = partsFailing(error);
    const signs = createFollowSigns(parts.metrics);
    let isOver = false;
    const following = followBesideDoor(parts, { append: assert.fail, close: assert.fail }, signs).finally(
      () => (isOver = true),
    );
    await failed;
    // Everything that could end it has run before a turn of the event loop is over.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isOver, false);
    assert.deepEqual(signs.problems(), [{ part: 'models', reason: code }]);
    assert.match(await parts.metrics.text(), new RegExp(`model_failures_total{.*code="${code}".*} 1`));
    parts.stopping.abort();
    await following;
  });
}
