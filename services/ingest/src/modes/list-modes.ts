import type { Readable } from 'node:stream';
import { artefactName, type ListOf } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import type { Producer } from '@weir/kafka';
import type { Activated } from '../artefacts/activate.ts';
import type { IngestConfig } from '../config.ts';
import { readIndexKey } from '../feed-settings.ts';
import type { EntryOptions } from '../lists/entry-of.ts';
import {
  activateList,
  publishList,
  type ListChange,
  type ListPorts,
  type PublishedVersion,
} from '../lists/list-acts.ts';
import { createListFile, type ListFile } from '../lists/read-list-file.ts';
import { noRefusals, openRefusals } from '../lists/refusals-file.ts';
import { testMembership } from '../lists/test-membership.ts';
import type { ImportedList } from '../run-report.ts';
import { openSource, type Source } from '../source/open-source.ts';
import { SourceError } from '../source/source-error.ts';
import { logNameOf, modelPortsOf } from './model-modes.ts';
import { recorded, type ModeParts } from './parts.ts';

/** Reads a file, publishes the next version of a list and brings it into force; each of the two is on the audit trail. */
export async function runImportList(
  parts: ModeParts,
  producer: Producer,
  { stdin }: { readonly stdin: Readable },
): Promise<void> {
  const { config, log, reporter, stopping } = parts;
  const { LIST: name = '', LIST_OF: of = 'counterparty', LIST_ACT: act } = config;
  const input = config.INPUT_FILE ?? '-';
  const { signal } = stopping;
  const sourceOfLines = await openSource(input, stdin, signal);
  const refusalsFile = config.REFUSALS_FILE ?? (input === '-' ? undefined : `${input}.refused.csv`);
  const file = createListFile({
    chunks: sourceOfLines.chunks,
    entry: entryOptionsOf(config, of),
    nowMs: Date.now(),
    refusals: refusalsFile === undefined ? noRefusals : await openRefusals(refusalsFile),
    signal,
  });
  const told = { name, of, act, refusalsFile: refusalsFile ?? null };
  const tell = (outcome: ImportedList['outcome'], more: Partial<ImportedList> = {}): Promise<void> =>
    reporter.list({ kind: 'list', ...told, ...file.counts(), refused: file.refused(), outcome, ...more });
  const bytes = await readThrough(parts, sourceOfLines, file);
  if (bytes === undefined) return tell('interrupted');
  try {
    requireFewBad(file, config);
  } catch (error) {
    await tell('too_many_bad');
    throw error;
  }
  const { published, activated } = await change(parts, producer, { name, of, act, bytes });
  const { entries, ...changed } = published.changed;
  log.info('a list was imported', {
    artefact: published.reference.ref,
    count: entries,
    rejected: file.counts().bad,
  });
  await tell(published.isKnown ? 'unchanged' : 'published', {
    artefact: published.reference.ref,
    entries,
    changed,
    sequence: activated?.sequence ?? null,
  });
}

async function readThrough(
  { reporter }: ModeParts,
  { bytesRead, bytesTotal }: Source,
  file: ListFile,
): Promise<Uint8Array | undefined> {
  const stopReporting = reporter.follow(
    {
      progress: () => {
        const { lines: offered, bad: rejected } = file.counts();
        const counts = { offered, acknowledged: offered - rejected, rejected, failed: 0, unknown: 0 };
        return { ...counts, bytesRead: bytesRead(), bytesTotal, eventTime: null };
      },
    },
    () => undefined,
  );
  try {
    return await file.read();
  } finally {
    stopReporting();
  }
}

function requireFewBad(file: ListFile, { MAX_BAD_PERCENT: maxPercent }: IngestConfig): void {
  const { lines, bad } = file.counts();
  if (bad * 100 <= maxPercent * lines) return;
  throw new SourceError(
    65,
    `more than ${maxPercent} % of the lines are bad, so nothing is published: MAX_BAD_PERCENT allows more`,
  );
}

async function change(
  parts: ModeParts,
  producer: Producer,
  wanted: Omit<ListChange, 'logId'>,
): Promise<{ readonly published: PublishedVersion; readonly activated: Activated | undefined }> {
  const { ACTING_PERSON: person = '' } = parts.config;
  const logId = await logNameOf(parts);
  const ports = listPortsOf(parts, producer);
  const { of, act } = wanted;
  // A ruleset may go by the same name.
  const details = { kind: 'list', of, act };
  const what = { subject: { kind: 'artefact', id: wanted.name }, person, details } as const;
  const published = await recorded(parts, { ...what, action: 'artefact_published' }, async () => {
    const done = await publishList({ ...wanted, logId }, ports);
    const { ref: artefact, digest } = done.reference;
    const { entries, added, removed } = done.changed;
    return { done, details: { artefact, digest, isKnown: done.isKnown, entries, added, removed } };
  });
  const { reference } = published;
  const activating = {
    ...what,
    subject: { kind: 'artefact', id: reference.ref },
    action: 'artefact_activated',
  } as const;
  const activated = await recorded(parts, activating, async () => {
    const done = await activateList({ reference, logId }, ports);
    return { done, details: { logId, ...(done === undefined ? {} : { sequence: done.sequence }) } };
  });
  return { published, activated };
}

function listPortsOf(parts: ModeParts, producer: Producer): ListPorts {
  const { kms, kafka, config, stopping } = parts;
  const lists = { kafka, opener: kms.opener, environment: config.WEIR_ENVIRONMENT, signal: stopping.signal };
  return { ...modelPortsOf(parts, producer), lists, listSealer: kms.sealerFor('lists') };
}

const dayMs = 86_400_000;

function entryOptionsOf(config: IngestConfig, of: ListOf): EntryOptions {
  const { indexKey, indexKeyVersion: version } = readIndexKey(config);
  const days = config.LIST_EXPIRES_IN_DAYS;
  return {
    of,
    tenant: config.TENANT ?? '',
    pseudonymize: createPseudonymizer({ indexKey, version, maxRemembered: 0 }),
    expiresAtMs: days === 0 ? Infinity : Date.now() + days * dayMs,
  };
}

/** Tells whether the account on standard input is on a list; neither it nor the answer lands in a log. */
export async function runTestList(parts: ModeParts, { stdin }: { readonly stdin: Readable }): Promise<void> {
  const { config, kms, kafka, stopping, reporter } = parts;
  const { LIST: name = '' } = config;
  const { chunks } = await openSource('-', stdin, stopping.signal);
  const reader = { kafka, opener: kms.opener, environment: config.WEIR_ENVIRONMENT };
  const logId = await logNameOf(parts);
  const found = await testMembership({
    ...{ name, logId, chunks, reader },
    entryOf: (of) => entryOptionsOf(config, of),
    nowMs: Date.now(),
  });
  await reporter.list({ kind: 'membership', name: artefactName(found.artefact), ...found });
}
