import { hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { differencesOf } from '../comparison-state.ts';
import type { ManifestEnd, ManifestHeader } from '../manifest.ts';
import { replayReport } from '../report/replay-report.ts';
import type { ReplayReport } from '../report/replay-report.ts';
import { verifyManifest } from '../verify-manifest.ts';
import type { CaseFindingCode } from './case-findings.ts';
import type { CaseIndex } from './case-index.ts';
import { casePaths } from './case-paths.ts';
import type { CaseFiles } from './case-paths.ts';
import { manifestPlaces } from './manifest-places.ts';
import type { ManifestPlace } from './manifest-places.ts';

type Find = (code: CaseFindingCode, path: string) => void;

/** What the replay of a case says; undefined where it can't be believed. */
export type VerifiedCaseReplay = {
  readonly places: readonly ManifestPlace[] | undefined;
  readonly differences: number | undefined;
  /** Records that were compared, or had nothing to compare. */
  readonly compared: number | undefined;
};

const nothing: VerifiedCaseReplay = { places: undefined, differences: undefined, compared: undefined };

/** Holds manifest and report against the index, and against each other. */
export async function verifyReplay(
  files: CaseFiles,
  index: CaseIndex,
  keys: readonly KeyObject[],
  find: Find,
): Promise<VerifiedCaseReplay> {
  const manifest = files.get(casePaths.manifest);
  if (manifest === undefined) return nothing;
  const { findings, header, end } = await verifyManifest(whole(manifest), keys);
  if (findings.length > 0) find('manifest_wrong', casePaths.manifest);
  if (header === undefined || end === undefined) return nothing;
  if (!isOfCase(header, end, index)) find('manifest_other', casePaths.manifest);
  const bytes = files.get(casePaths.report);
  const report = bytes === undefined ? undefined : readReport(bytes);
  const isItsReport =
    bytes !== undefined &&
    end.reportSha256 === hash('sha256', bytes) &&
    report?.planHash === header.planHash &&
    report.root === end.root &&
    report.records === end.records;
  if (bytes !== undefined && !isItsReport) find('report_other', casePaths.report);
  return {
    places: findings.length > 0 ? undefined : manifestPlaces(manifest),
    differences:
      report === undefined ? undefined : differencesOf(report.comparison) + report.counts.unaccounted,
    compared: report === undefined ? undefined : report.comparison.records + report.counts.controls,
  };
}

function isOfCase({ plan, planHash }: ManifestHeader, end: ManifestEnd, index: CaseIndex): boolean {
  return (
    planHash === index.planHash &&
    plan.replayId === index.replayId &&
    plan.environment === index.environment &&
    plan.target.kind === 'case' &&
    plan.target.sealedTo === index.sealedTo &&
    plan.versions.kind === 'then' &&
    isOnlyOf(plan.filter, index.account) &&
    JSON.stringify(plan.range) === JSON.stringify(index.range) &&
    end.plannedBy === index.plannedBy &&
    end.approvedBy === index.approvedBy
  );
}

/** Whether a filter asks for one account, and leaves nothing of it out. */
const isOnlyOf = (filter: object, account: string): boolean =>
  JSON.stringify(filter) === JSON.stringify({ accounts: [account] });

function readReport(bytes: Uint8Array): ReplayReport | undefined {
  try {
    return replayReport.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
