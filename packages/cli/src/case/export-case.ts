import { hash } from 'node:crypto';
import { formatInstant } from '@weir/contracts';
import { caseSignatureAnswer, caseSignedText, replayAnswer, signedPaths, verifyCase } from '@weir/replays';
import { readPublicKeys } from '@weir/audit';
import type { CaseFiles, ReplayAnswer } from '@weir/replays';
import { publicKeyPem } from '../audit/signing-key.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ConnectedApi } from '../http/connect-api.ts';
import { actingPerson } from '../ops/acting-person.ts';
import { connectOps, type Ops } from '../ops/connect-ops.ts';
import { follow } from '../replay/replay-commands.ts';
import { pathOf } from '../replay/replays-api.ts';
import { replayPublicKeyPem } from '../replay/result-commands.ts';
import {
  connectCaseApis,
  requireCase,
  type CaseApiOptions,
  type CaseApis,
  type PlannedCase,
} from './case-apis.ts';
import { caseBounds } from './case-bounds.ts';
import { caseFilesOf } from './case-files.ts';
import { trailEnd } from './collect-audit.ts';
import { collectCase } from './collect-case.ts';
import { beginFile, type PlacedFile } from './place-file.ts';
import { sealTo } from './seal-to.ts';
import { toldOfExport } from './told-of-export.ts';
import { zipFiles } from './zip-files.ts';

export type ExportCaseOptions = CaseApiOptions & {
  readonly replay: string;
  readonly out: string;
  readonly reason: string;
};

/**
 * Exports an approved case: runs its replay where that is still to be done, collects what belongs to it once the
 * audit trail says so, has the index signed, and gives the file its name when it is whole and that too is on the trail.
 */
export async function exportCase(options: ExportCaseOptions, context: CommandContext): Promise<void> {
  const { terminal, env, home } = context;
  const apis = connectCaseApis(options, context);
  const planned = await requireCase(apis, options.replay);
  const file = await beginFile(options.out);
  try {
    const replay = await runToItsEnd(apis.replays, planned.replay, context);
    const keys = { replay: await replayPublicKeyPem(context), audit: await publicKeyPem(context) };
    const ops = connectOps(env, home);
    try {
      const { digest, holds } = await onRecord(ops, planned, (begun) =>
        makeBundle({ apis, ops, planned: { ...planned, replay }, keys, begun, file }, options, context),
      );
      await file.place();
      const said = { file: options.out, sha256: digest, ...holds };
      if (options.json === true) terminal.print(JSON.stringify(said));
      else for (const line of toldOfExport(said, planned)) terminal.print(line);
    } finally {
      await ops.close();
    }
  } catch (error) {
    if (!context.stopping.aborted) throw error;
    throw new CommandError(exitCodes.tryAgain, 'Stopped before it was whole: the same command goes on', {
      cause: error,
    });
  } finally {
    await file.discard();
  }
}

async function runToItsEnd(
  api: ConnectedApi,
  from: ReplayAnswer,
  context: CommandContext,
): Promise<ReplayAnswer> {
  const { replayId } = from;
  const running = from.state === 'approved' ? await api.ask(replayAnswer, pathOf(replayId, 'run'), {}) : from;
  const { state, ending, trouble } = await follow(api, running, context);
  if (state !== 'done' || ending === null)
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `${replayId} is ${state}${trouble === null ? '' : `: ${trouble.message}`}. See docs/runbooks/replay.md`,
    );
  if (ending.records > caseBounds.mostRecords)
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `The case has ${ending.records} records, and one holds ${caseBounds.mostRecords}: plan it again in parts, by shorter ranges`,
    );
  return api.ask(replayAnswer, pathOf(replayId));
}

/** An export that the trail says was begun: where the trail ended before, and the request whose entry says so. */
type Begun = { readonly requestId: string; readonly trailEnd: ReadonlyMap<number, number> };

type Made = { readonly digest: string; readonly indexSha256: string; readonly holds: object };

/** Does it once the trail says that it is begun, and has it say how it ended. Nothing is handed over where it can't. */
async function onRecord(
  ops: Ops,
  { replay, account: _account, sealedTo }: PlannedCase,
  work: (begun: Begun) => Promise<Made>,
): Promise<Made> {
  const before = await trailEnd(ops);
  const begun = await ops.recorder().recordBefore({
    ...actingPerson(),
    action: 'case_exported',
    subject: { kind: 'replay', id: replay.replayId },
    details: { planHash: replay.hash, isSealed: sealedTo !== null },
  });
  try {
    const made = await work({ requestId: begun.requestId, trailEnd: before });
    await begun.end('done', { sha256: made.digest, indexSha256: made.indexSha256 });
    return made;
  } catch (error) {
    await begun.end('failed').catch(() => undefined);
    throw error;
  }
}

type Making = {
  readonly apis: CaseApis;
  readonly ops: Ops;
  readonly planned: PlannedCase;
  readonly keys: { readonly replay: string; readonly audit: string };
  readonly begun: Begun;
  readonly file: PlacedFile;
};

/** Collects, signs and zips, and writes it under a draft's name, sealed where the plan says so. */
async function makeBundle(
  { apis, ops, planned, keys, begun, file }: Making,
  { reason }: Pick<ExportCaseOptions, 'reason'>,
  context: CommandContext,
): Promise<Made> {
  const { replay, account, sealedTo } = planned;
  const { plan, approvedBy, approvedAt, ending } = replay;
  const { replayId } = plan;
  const collected = await collectCase({ apis, ops, planned, replayKey: keys.replay, begun }, context);
  const { files: unsigned, index } = caseFilesOf({
    ...collected,
    head: {
      ...{ environment: plan.environment, account, replayId, planHash: replay.hash, range: plan.range },
      ...{ plannedBy: plan.plannedBy, approvedBy: approvedBy ?? '', exportedBy: actingPerson().actor.name },
      ...{ exportedAt: formatInstant(Date.now()), reason, sealedTo },
    },
    approvedAt,
    differences: ending?.differences ?? 0,
    keys,
  });
  const indexSha256 = hash('sha256', index);
  const { claim, signature } = await apis.replays.ask(caseSignatureAnswer, pathOf(replayId, 'bundle'), {
    indexSha256,
  });
  const files = new Map<string, Uint8Array>([
    ...unsigned,
    [signedPaths.index, index],
    [signedPaths.claim, caseSignedText(claim)],
    [signedPaths.signature, Buffer.from(signature, 'base64')],
  ]);
  await requireSound(files, keys);
  const zip = zipFiles(files);
  const bytes = sealedTo === null ? zip : await sealTo(sealedTo, zip);
  await file.write(bytes);
  const { transactions, alerts, audit } = collected;
  return {
    digest: hash('sha256', bytes),
    indexSha256,
    holds: { records: transactions.length, alerts: alerts.length, auditEntries: audit.proofs.length },
  };
}

/** What its receiver would find wrong is never handed over. */
async function requireSound(files: CaseFiles, keys: Making['keys']): Promise<void> {
  const { findings } = await verifyCase(files, {
    replay: readPublicKeys(keys.replay),
    audit: readPublicKeys(keys.audit),
  });
  if (findings.length === 0) return;
  const codes = findings.map(({ code, path }) => `${code} (${path})`).join(', ');
  throw new CommandError(exitCodes.notAsItShouldBe, `The bundle would not verify: ${codes}`);
}
