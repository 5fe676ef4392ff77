// The process that publishes, approves and activates rulesets in the role of ingest, as its door does, and can be killed
// in the middle. It is told acts over its channel, one at a time, and ends with it.
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createPseudonymizer } from '@weir/envelope';
import { connectRole } from '../../../services/detection/src/fixtures/connect-role.ts';
import { activateRuleset } from '../../../services/ingest/src/artefacts/rulesets/activate-ruleset.ts';
import { approveRuleset } from '../../../services/ingest/src/artefacts/rulesets/approve-ruleset.ts';
import {
  publishRuleset,
  readForPublishing,
} from '../../../services/ingest/src/artefacts/rulesets/publish-ruleset.ts';
import { rollBackRuleset } from '../../../services/ingest/src/artefacts/rulesets/roll-back-ruleset.ts';
import { RulesetRefused } from '../../../services/ingest/src/artefacts/rulesets/ruleset-refused.ts';
import { activateList, publishList } from '../../../services/ingest/src/lists/list-acts.ts';
import type { ListPorts } from '../../../services/ingest/src/lists/list-acts.ts';
import { createListFile } from '../../../services/ingest/src/lists/read-list-file.ts';
import { noRefusals } from '../../../services/ingest/src/lists/refusals-file.ts';
import { retryWithin } from '../../../services/ingest/src/send/retry-within.ts';
import type { RetryWithin } from '../../../services/ingest/src/send/retry-within.ts';
import type { ActAnswer, RulesetAct } from './ruleset-acts.ts';

/** Longer than any fault keeps a part away. */
const retryLimitMs = 60_000;
const author = 'author';
const approver = 'checker';

const environmentOf = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

const logId = environmentOf('DESK_LOG_ID');
const tenant = environmentOf('DESK_TENANT');
const stopping = new AbortController();
const { signal } = stopping;
const retry: RetryWithin = {
  limitMs: retryLimitMs,
  nowMs: () => performance.now(),
  random: Math.random,
  sleep: (delayMs, until) => delay(delayMs, undefined, { signal: until }),
  onRetry: () => undefined,
};

const inherited = Object.entries(process.env).flatMap(([name, value]) =>
  value === undefined ? [] : [[name, value] as const],
);
const role = connectRole('weir-faults-desk', Object.fromEntries(inherited));

async function connectPorts(): Promise<ListPorts> {
  const { kafka, kms } = role;
  const environment = environmentOf('WEIR_ENVIRONMENT');
  return {
    kafka,
    producer: await retryWithin(retry, signal, () => kafka.createProducer()),
    sealer: kms.sealerFor('artefacts'),
    logSealer: kms.sealerFor('received'),
    listSealer: kms.sealerFor('lists'),
    opener: kms.opener,
    lists: { kafka, opener: kms.opener, environment, signal },
    environment,
    nowMs: Date.now,
    retry,
    signal,
  };
}

/** The bytes of a list, read as `weir lists import` reads a file. */
async function bytesOf(counterparties: readonly string[]): Promise<Uint8Array> {
  const pseudonymize = createPseudonymizer({
    indexKey: createSecretKey(
      Buffer.from(readFileSync(environmentOf('INDEX_KEY_FILE'), 'utf8').trim(), 'base64'),
    ),
    version: Number(process.env['INDEX_KEY_VERSION'] ?? '1'),
  });
  const file = createListFile({
    chunks: (async function* () {
      yield Buffer.from(counterparties.map((one) => `${one}\n`).join(''));
    })(),
    entry: { of: 'counterparty', tenant, pseudonymize, expiresAtMs: Infinity },
    nowMs: Date.now(),
    refusals: noRefusals,
    signal,
  });
  const bytes = await file.read();
  if (bytes === undefined || file.counts().bad > 0) throw new Error('the list could not be read');
  return bytes;
}

async function perform(act: RulesetAct, ports: ListPorts): Promise<ActAnswer> {
  switch (act.kind) {
    case 'publish': {
      const ruleset = await readForPublishing({ document: act.document, logId }, ports);
      await publishRuleset({ ruleset, publishedBy: author }, ports);
      return { ok: true };
    }
    case 'approve':
      await approveRuleset({ ref: act.ref, approvedBy: approver }, ports);
      return { ok: true };
    case 'activateUnapproved':
    case 'activate': {
      const rollout = act.kind === 'activate' ? act.rollout : undefined;
      const { artefact, sequence } = await activateRuleset({ ref: act.ref, logId, rollout }, ports);
      return { ok: true, artefact, sequence };
    }
    case 'rollBack': {
      const done = await rollBackRuleset({ logId, leave: act.leave, openedWith: 'starter@2' }, ports);
      return { ok: true, artefact: done?.artefact, sequence: done?.sequence };
    }
    case 'importList': {
      const bytes = await bytesOf(act.counterparties);
      const change = { name: act.name, of: 'counterparty', act: 'replace', bytes, logId } as const;
      const { reference } = await publishList(change, ports);
      const done = await activateList({ reference, logId }, ports);
      return { ok: true, artefact: reference.ref, sequence: done?.sequence };
    }
  }
}

const ports = connectPorts();
process.on('message', (act: RulesetAct) => {
  void ports
    .then((connected) => perform(act, connected))
    .catch((error: unknown): ActAnswer => {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { ok: false, refused: error instanceof RulesetRefused, why };
    })
    .then((answer) => process.send?.(answer));
});
process.on('disconnect', () => {
  stopping.abort();
  void role.close().finally(() => process.exit(0));
});
