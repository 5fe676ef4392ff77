import { hash, sign } from 'node:crypto';
import { proveEntry } from '@weir/audit';
import { formatInstant } from '@weir/contracts';
import type { AuditEntry } from '@weir/contracts';
import { checkpointsOf, entriesOf, signingKey } from '../../../audit/src/trail.fixture.ts';
import { accountOf, pairOf, verdictOf } from '../judged.fixture.ts';
import { keyPair, sampleLeaves, sampleTopics } from '../manifest.fixture.ts';
import { createManifestWriter } from '../manifest-writer.ts';
import { endLine, headerLine, manifestSignedText, reportDigest } from '../manifest.ts';
import { planHash, replayPlan } from '../plan.ts';
import type { ReplayPlan } from '../plan.ts';
import { samplePlan } from '../plan.fixture.ts';
import { reportOf } from '../report/report.fixture.ts';
import { reportPage } from '../report/report-page.ts';
import { reportText } from '../report/replay-report.ts';
import { caseSignedText } from './case-claim.ts';
import type { CaseFacts, CaseRecord } from './case-facts.ts';
import { caseIndexText } from './case-index.ts';
import type { CaseIndex } from './case-index.ts';
import { casePage } from './case-page.ts';
import { casePaths, signedPaths } from './case-paths.ts';

const caseAccount = accountOf(1);

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes);
const pemOf = (key: typeof keyPair.publicKey): string =>
  key.export({ format: 'pem', type: 'spki' }).toString();
const keyId = 'arn:aws:kms:local:000000000000:key/replay-signing';

/** The plan of a case of one account, approved by somebody else. */
export const casePlan = replayPlan.parse({
  ...samplePlan,
  filter: { accounts: [caseAccount] },
  target: { kind: 'case', sealedTo: null },
});

const record = (at: number): CaseRecord => ({
  partition: at < 5 ? 0 : 3,
  offset: 10 + 2 * at,
  id: `t1_${String(at).padStart(22, 'A')}`,
  eventTime: formatInstant(Date.UTC(2026, 2, 1, at)),
  amountMinor: at % 3 === 0 ? 735_000 + at : 1_250 * (at + 1),
  currency: 'EUR',
  creditDebitIndicator: at % 4 === 1 ? 'CRDT' : 'DBIT',
  counterparty:
    at === 3 ? '<script>alert("Bobby & Sons")</script> · NL•• •••• 4300' : 'Nora Visser · DE•• •••• 7890',
  outcome: at % 3 === 0 ? 'held' : 'cleared',
  alert: false,
  score: at % 3 === 0 ? 0.912 : 0.1,
  ruleset: 'starter@2',
  reasons:
    at % 3 === 0
      ? [{ title: 'Unusual amount', explanation: 'The amount is 84 times what is usual for this account.' }]
      : [],
  because: at === 3 ? ['amount against the typical one: 315 × (typically 23.35 <EUR>)'] : [],
  since: at === 0 ? ['Released: asked for by ana, approved by ben at 2026-03-01 12:00 UTC.'] : [],
});

/** A report of the case: what was held then is held now. */
const caseReport = (records: readonly CaseRecord[], root: string) =>
  reportOf(
    records.map(({ partition, offset, outcome, eventTime, amountMinor }) => {
      const judged = verdictOf({ outcome: outcome === 'held' ? 'held' : 'cleared' });
      return pairOf(judged, judged, {
        ...{ partition, offset, account: caseAccount, currency: 'EUR' },
        eventTimeMs: Date.parse(eventTime ?? ''),
        amountMinor: amountMinor ?? 0,
      });
    }),
    { plan: casePlan, approvedBy: 'local-approver', root },
  );

/** What the front page of the sample case tells. */
export function sampleFacts(count = 8): CaseFacts {
  const records = Array.from({ length: count }, (_, at) => record(at));
  const report = caseReport(records, 'ab'.repeat(32));
  return {
    ...indexOf(count),
    maskedAccount: 'GB•• •••• 5432',
    approvedAt: '2026-03-03T09:30:30.000Z',
    report,
    records,
    alerts: [
      {
        alertId: 'c0ffee'.padEnd(64, '0'),
        ...{ severity: 'high', state: 'closed', outcome: 'true_positive' },
        openedAt: '2026-03-01T00:00:10.000Z',
        ...{ inRange: 3, others: 1 },
        changes: [
          {
            revision: 2,
            at: '2026-03-01T08:00:00.000Z',
            by: { kind: 'token', name: 'ana' },
            ...{ action: 'acknowledge', from: 'new', to: 'acknowledged', transaction: null, reason: null },
          },
          {
            revision: 3,
            at: '2026-03-01T12:00:00.000Z',
            by: { kind: 'token', name: 'ana' },
            ...{ action: 'close', from: 'acknowledged', to: 'closed', transaction: null },
            reason: 'The customer <b>knows</b> nothing of it',
          },
        ],
      },
    ],
    trail: { name: 'weir/test/audit', treeSize: 20, at: '2026-03-03T09:40:00.000Z' },
  };
}

const indexOf = (count: number): Omit<CaseIndex, 'files' | 'format'> => ({
  environment: 'local',
  account: caseAccount,
  replayId: casePlan.replayId,
  planHash: planHash(casePlan),
  range: casePlan.range,
  plannedBy: 'local-analyst',
  approvedBy: 'local-approver',
  exportedBy: 'ops',
  exportedAt: '2026-03-03T09:35:00.000Z',
  reason: 'Asked for by the prosecutor of <i>Utrecht</i>',
  sealedTo: null,
  holds: {
    records: count,
    held: Math.ceil(count / 3),
    alerts: 1,
    auditEntries: 3,
    differences: 0,
  },
});

/** What somebody exports as the sample case: as far as it was planned and approved. */
export const samplePlanned = () => ({
  replay: {
    ...{ replayId: casePlan.replayId, hash: planHash(casePlan), plan: casePlan },
    approvedBy: 'local-approver',
  },
  account: caseAccount,
  sealedTo: null,
});

/** The files of a signed bundle; `alter` changes what is indexed and signed. */
export function sampleCase(
  alter: (files: Map<string, Buffer>) => void = () => undefined,
  index: Partial<CaseIndex> = {},
  plan: ReplayPlan = casePlan,
  unreadable = 0,
): Map<string, Buffer> {
  const count = 8;
  const facts = sampleFacts(count);
  const leaves = sampleLeaves(count, 5);
  const writer = createManifestWriter(sampleTopics);
  const lines = leaves.map(writer.add);
  const { records, kinds } = facts.report.comparison;
  const report = {
    ...facts.report,
    ...{ plan, planHash: planHash(plan), root: writer.root() },
    counts: { ...facts.report.counts, unreadable: unreadable === 0 ? {} : { 'arn:key': unreadable } },
    comparison: {
      ...facts.report.comparison,
      ...{ records: records - unreadable, kinds: { ...kinds, same: kinds.same - unreadable } },
    },
  };
  const claimed = {
    ...{ records: count, root: writer.root(), versions: report.versions },
    ...{ startedAt: report.startedAt, endedAt: report.endedAt },
    reportSha256: reportDigest(reportText(report)),
    ...{
      plannedBy: 'local-analyst',
      approvedBy: 'local-approver',
      keyId,
      algorithm: 'ECDSA_SHA_256' as const,
    },
  };
  const signedText = manifestSignedText({ planHash: planHash(plan), topics: sampleTopics }, claimed);
  const manifest = [
    headerLine(plan, sampleTopics),
    ...lines,
    endLine(claimed, sign('sha256', signedText, keyPair.privateKey)),
  ];
  const entries = entriesOf(20).map((entry) => ({ ...entry, ...tellsOfCase(entry.sequence, plan) }));
  const trail = { entries, checkpoints: checkpointsOf(entries, [20]) };
  const proofs = [3, 7, 12].map((sequence) => {
    const proven = proveEntry(trail, sequence);
    if (!proven.ok) throw new Error(proven.failure);
    return proven.proof;
  });
  const places = leaves.map(({ partition, offset, timestampMs, sha256: digest }) => ({
    ...{ partition, offset, at: formatInstant(timestampMs) },
    sha256: Buffer.from(digest).toString('hex'),
  }));
  const files = new Map<string, Buffer>(
    Object.entries({
      [casePaths.page]: casePage(facts),
      [casePaths.transactions]: ndjson(
        places.map((place) => ({ ...place, kind: 'unreadable', code: 'key_unusable' })),
      ),
      [casePaths.verdicts]: ndjson(
        facts.records.map(({ partition, offset, outcome }) => ({
          partition,
          offset,
          account: caseAccount,
          outcome,
        })),
      ),
      [casePaths.alerts]: JSON.stringify({
        alerts: facts.alerts.map(({ alertId }) => ({ alert: { alertId, account: caseAccount } })),
      }),
      [casePaths.auditEntries]: ndjson(proofs.map(({ entry }) => entry)),
      [casePaths.auditProofs]: ndjson(proofs.map((proof) => ({ proof }))),
      [casePaths.auditKey]: pemOf(signingKey.publicKey),
      [casePaths.manifest]: manifest.map((line) => `${line}\n`).join(''),
      [casePaths.report]: reportText(report),
      [casePaths.reportPage]: reportPage(report),
      [casePaths.replayKey]: pemOf(keyPair.publicKey),
    }).map(([path, text]) => [path, Buffer.from(text)]),
  );
  alter(files);
  return signCase(files, { ...indexOf(count), planHash: planHash(plan), ...index });
}

/** What entries of the trail say of the case; of the other entries nothing. */
function tellsOfCase(sequence: number, plan: ReplayPlan): Partial<AuditEntry> {
  const of = {
    subject: { kind: 'replay', id: casePlan.replayId },
    details: { planHash: planHash(plan) },
  } as const;
  if (sequence === 3)
    return { ...of, action: 'replay_approved', actor: { kind: 'token', name: 'local-approver' } };
  if (sequence === 7)
    return { ...of, action: 'case_exported', actor: { kind: 'person', name: 'ops' }, result: 'begun' };
  return {};
}

/** Indexes and signs these files. */
function signCase(
  files: ReadonlyMap<string, Buffer>,
  index: Omit<CaseIndex, 'files' | 'format'> = indexOf(8),
): Map<string, Buffer> {
  const named = [...files]
    .map(([path, bytes]) => ({ path, bytes: bytes.byteLength, sha256: sha256(bytes) }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const text = Buffer.from(caseIndexText({ ...index, format: 1, files: named }));
  const claim = caseSignedText({
    ...{ replayId: index.replayId, planHash: index.planHash, indexSha256: sha256(text) },
    ...{ plannedBy: 'local-analyst', approvedBy: 'local-approver', exportedBy: 'local-analyst' },
    ...{ signedAt: '2026-03-03T09:36:00.000Z', keyId, algorithm: 'ECDSA_SHA_256' },
  });
  return new Map([
    ...files,
    [signedPaths.index, text],
    [signedPaths.claim, claim],
    [signedPaths.signature, sign('sha256', claim, keyPair.privateKey)],
  ]);
}

const ndjson = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');
