import { formatInstant } from '@weir/contracts';
import { isJudged, replayPlan } from '@weir/replays';
import type { ReadReplayRequest, ReplayEstimate, ReplayPlan, ReplayTarget, Stretch } from '@weir/replays';
import { longestSpanMs } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { createSelection } from '../engine/selection.ts';
import { unopenedWeight } from '../engine/run-steps.ts';
import { boundsOfCopy, readLogBounds } from './bounds-of-log.ts';
import { chooseStretches } from './choose-stretches.ts';
import { chooseVersions } from './choose-versions.ts';
import { planRefused } from './plan-parts.ts';
import type { AskedPlan, PlanMade, PlanParts, PlanRefused } from './plan-parts.ts';
import { sampleRange, spanOf, timesAt, tryKeys } from './sample-range.ts';
import { targetMisfit } from './target-misfit.ts';

/**
 * Makes a plan of a request: offsets are frozen, where judging is asked for at what the journal has decided by now, so
 * that it reads the same records whenever it runs. Reads a few records, and nothing runs. Throws WeirErrors of Kafka, the KMS and a journal
 * that can't be read.
 */
export const createReplayPlanner =
  (parts: PlanParts) =>
  async ({ request, ...asked }: AskedPlan): Promise<PlanMade | PlanRefused> => {
    const misfit = targetMisfit(request);
    if (misfit !== undefined) return planRefused('target_unfit', misfit);
    const missing = await requireTarget(parts, request.target);
    if (missing !== undefined) return missing;
    const log = await readLogBounds(parts);
    if (log === undefined) return planRefused('range_undecided');
    const isCopy = !isJudged(request.target);
    const bounds = isCopy ? await boundsOfCopy(parts, request, log) : log;
    const windowPlan = await parts.resolvers.resolvePlan(log.windowPlan);
    const stretches = await chooseStretches(parts, request, bounds, windowPlan);
    if ('kind' in stretches) return stretches;
    const versions = await chooseVersions(parts, request, windowPlan);
    if (versions.kind === 'refused') return versions;
    const incompleteFrom = isCopy ? undefined : await completeFrom(parts, request, stretches, windowPlan);
    if (incompleteFrom !== undefined && !request.incomplete)
      return planRefused('range_incomplete', `From ${incompleteFrom} on verdicts could be right.`);
    const plan = replayPlan.parse({
      ...{ format: 1, ...asked, environment: parts.environment, logId: log.logId },
      ...{ stream: request.stream, range: rangeOf(request), stretches, filter: request.filter, versions },
      target: request.target,
      recordsPerSecond:
        request.recordsPerSecond === undefined ? parts.recordsPerSecond : request.recordsPerSecond,
      windowBytes: request.windowBytes ?? parts.windowBytes,
    });
    const estimate = await estimateOf(parts, plan);
    return {
      kind: 'planned',
      plan,
      estimate: { ...estimate, ...(incompleteFrom === undefined ? {} : { incompleteFrom }) },
    };
  };

async function requireTarget(
  { requireTarget: { shadow, drive } }: Pick<PlanParts, 'requireTarget'>,
  target: ReplayTarget,
): Promise<PlanRefused | undefined> {
  switch (target.kind) {
    case 'shadow':
      return shadow(target);
    case 'drive':
      return drive(target);
    case 'compare':
    case 'case':
    case 'export':
      return undefined;
  }
}

const rangeOf = ({ range }: ReadReplayRequest): ReplayPlan['range'] =>
  range.by === 'offsets' ? { by: 'offsets' } : range;

/**
 * From when on the windows of every partition would be whole, where the range begins before that: the log has to
 * reach back from there by the longest window and all that counts as late or early. Undefined where they are.
 */
async function completeFrom(
  parts: PlanParts,
  { range }: ReadReplayRequest,
  stretches: readonly Stretch[],
  windowPlan: WindowPlan,
): Promise<string | undefined> {
  // A partition that still has its first record has all there ever was.
  const cut = stretches.filter(({ warmFrom }) => warmFrom > 0);
  if (cut.length === 0) return undefined;
  const beginnings = await timesAt(
    parts,
    new Map(cut.map(({ partition, warmFrom, to }) => [partition, { from: warmFrom, to }])),
  );
  const firsts = await timesAt(
    parts,
    new Map(cut.map(({ partition, from, to }) => [partition, { from, to }])),
  );
  const reachMs = longestSpanMs(windowPlan) + windowPlan.allowedLatenessMs + windowPlan.futureToleranceMs;
  let latestMs: number | undefined;
  for (const { partition, warmFrom, from } of cut) {
    const completeMs = (beginnings.get(partition) ?? 0) + reachMs;
    const firstMs =
      range.by === 'offsets' || from > warmFrom ? firsts.get(partition) : Date.parse(range.from);
    if ((firstMs ?? completeMs) < completeMs) latestMs = Math.max(latestMs ?? 0, completeMs);
  }
  return latestMs === undefined ? undefined : formatInstant(latestMs);
}

async function estimateOf(parts: PlanParts, plan: ReplayPlan): Promise<ReplayEstimate> {
  const { stream, stretches, target } = plan;
  const { records: sampled, bytesPerOffset } = await sampleRange(parts, plan);
  const records = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const warmed = stretches.reduce((sum, { warmFrom, from }) => sum + from - warmFrom, 0);
  const reading = readingSeconds(plan, records, warmed);
  return {
    partitions: stretches.length,
    records,
    bytes: Math.round(bytesPerOffset * (records + warmed)),
    seconds:
      target.kind === 'drive'
        ? Math.max(reading ?? 0, Math.ceil((await spanOf(parts, plan)) / target.speed / 1_000))
        : reading,
    keys: await tryKeys(parts, stream, sampled),
  };
}

/** How long it takes to read a plan at its rate; null as fast as it goes. A drive lists first, and then reads again. */
function readingSeconds(plan: ReplayPlan, records: number, warmed: number): number | null {
  const { recordsPerSecond, target } = plan;
  if (recordsPerSecond === null) return null;
  const { looksAtContent } = createSelection(plan);
  const [openings, readings] = target.kind === 'drive' ? [looksAtContent ? 2 : 1, 2] : [1, 1];
  const opened = target.kind === 'shadow' && !looksAtContent ? 0 : records * openings;
  const unopened = records * readings - opened + (warmed === 0 ? 0 : warmed + records);
  return Math.ceil((opened + unopened * unopenedWeight) / recordsPerSecond);
}
