import { hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readPublicKeys } from '@weir/audit';
import { pseudonym } from '@weir/contracts';
import { z } from 'zod';
import { readCaseClaim } from './case-claim.ts';
import type { CaseClaim } from './case-claim.ts';
import type { CaseFinding, CaseFindingCode } from './case-findings.ts';
import { readCaseIndex } from './case-index.ts';
import type { CaseIndex } from './case-index.ts';
import { casePaths, signedPaths } from './case-paths.ts';
import type { CaseFiles } from './case-paths.ts';
import { jsonOf } from './file-lines.ts';
import { verifyAudit } from './verify-case-audit.ts';
import { verifyRecords } from './verify-case-records.ts';
import { verifyReplay } from './verify-case-replay.ts';

/** What a bundle says, and what is wrong with it. Without any finding it is what was signed. */
export type VerifiedCase = {
  readonly findings: readonly CaseFinding[];
  /** Absent where they could not be read. */
  readonly index?: CaseIndex;
  readonly claim?: CaseClaim;
  /** Records that were compared when they were judged again, or had nothing to compare; of the others nothing is said. */
  readonly compared?: number;
};

/** Keys that the receiver got by another way than with the bundle. */
export type CaseKeys = {
  readonly replay: readonly KeyObject[];
  /** Undefined: those in the bundle, which are then vouched for by its signature alone. */
  readonly audit: readonly KeyObject[] | undefined;
};

/**
 * Verifies a bundle with nothing but public keys: that it is what was signed, whole and nothing more, and that its
 * parts say the same. Never throws for what its files hold. Everything is held in memory: see the bound of a bundle.
 */
export async function verifyCase(files: CaseFiles, keys: CaseKeys): Promise<VerifiedCase> {
  const findings: CaseFinding[] = [];
  const find = (code: CaseFindingCode, path: string): void => void findings.push({ code, path });
  const { index, claim } = readSigned(files, keys, find);
  const said = {
    findings,
    ...(index === undefined ? {} : { index }),
    ...(claim === undefined ? {} : { claim }),
  };
  if (index === undefined) return said;
  checkFiles(files, index, find);
  if (!isSameKey(files.get(casePaths.replayKey), keys.replay)) find('key_other', casePaths.replayKey);
  const { places, differences, compared } = await verifyReplay(files, index, keys.replay, find);
  const counted = {
    ...verifyRecords(files, index, places, find),
    differences,
    auditEntries: verifyAudit(files, keys.audit, index, find),
    alerts: verifyAlerts(files, index, find),
  };
  const { holds } = index;
  const isCounted = (Object.keys(counted) as (keyof typeof counted)[]).every(
    (name) => counted[name] === undefined || counted[name] === holds[name],
  );
  if (!isCounted) find('count_wrong', signedPaths.index);
  return { ...said, ...(compared === undefined ? {} : { compared }) };
}

type Find = (code: CaseFindingCode, path: string) => void;

/** The index and what was signed of it, as far as they can be read, held against each other. */
function readSigned(
  files: CaseFiles,
  keys: CaseKeys,
  find: Find,
): { readonly index: CaseIndex | undefined; readonly claim: CaseClaim | undefined } {
  const [indexBytes, claimBytes, signature] = [
    files.get(signedPaths.index),
    files.get(signedPaths.claim),
    files.get(signedPaths.signature),
  ];
  for (const path of Object.values(signedPaths)) if (!files.has(path)) find('file_missing', path);
  const index = indexBytes === undefined ? undefined : readCaseIndex(textOf(indexBytes));
  const claim = claimBytes === undefined ? undefined : readCaseClaim(claimBytes);
  if (indexBytes !== undefined && index === undefined) find('index_malformed', signedPaths.index);
  if (claimBytes !== undefined && claim === undefined) find('claim_malformed', signedPaths.claim);
  if (claimBytes !== undefined && signature !== undefined && !isSigned(claimBytes, signature, keys.replay))
    find('signature_wrong', signedPaths.signature);
  if (claim !== undefined && indexBytes !== undefined && claim.indexSha256 !== sha256(indexBytes))
    find('index_altered', signedPaths.index);
  if (claim !== undefined && index !== undefined && !saysTheSame(claim, index))
    find('people_contradicted', signedPaths.index);
  return { index, claim };
}

const isSigned = (text: Uint8Array, signature: Uint8Array, keys: readonly KeyObject[]): boolean =>
  keys.some((key) => verify('sha256', text, key, signature));

const saysTheSame = (claim: CaseClaim, index: CaseIndex): boolean =>
  (['replayId', 'planHash', 'plannedBy', 'approvedBy'] as const).every((name) => claim[name] === index[name]);

function checkFiles(files: CaseFiles, index: CaseIndex, find: Find): void {
  const named = new Map(index.files.map((file) => [file.path, file]));
  const signed: readonly string[] = Object.values(signedPaths);
  for (const path of Object.values(casePaths)) if (!named.has(path)) find('file_missing', path);
  for (const { path, bytes, sha256: digest } of index.files) {
    const content = files.get(path);
    if (content === undefined) find('file_missing', path);
    else if (content.byteLength !== bytes || sha256(content) !== digest) find('file_altered', path);
  }
  for (const path of files.keys()) if (!named.has(path) && !signed.includes(path)) find('file_added', path);
}

function isSameKey(pem: Uint8Array | undefined, keys: readonly KeyObject[]): boolean {
  // One that is missing is a finding of its own.
  if (pem === undefined) return true;
  try {
    return readPublicKeys(textOf(pem)).every((one) => keys.some((key) => key.equals(one)));
  } catch {
    return false;
  }
}

const caseAlerts = z.looseObject({
  alerts: z.array(z.looseObject({ alert: z.looseObject({ account: pseudonym }) })),
});

/** Undefined where it is no list of alerts. */
function verifyAlerts(files: CaseFiles, { account }: CaseIndex, find: Find): number | undefined {
  const bytes = files.get(casePaths.alerts);
  if (bytes === undefined) return undefined;
  const read = caseAlerts.safeParse(jsonOf(textOf(bytes)));
  if (!read.success) {
    find('lines_unreadable', casePaths.alerts);
    return undefined;
  }
  const { alerts } = read.data;
  if (alerts.some(({ alert }) => alert.account !== account)) find('account_other', casePaths.alerts);
  return alerts.length;
}

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
