import { formatInstant } from '@weir/contracts';
import { replayPlan } from '@weir/replays';
import type { ReadReplayRequest, ReplayEstimate, ReplayPlan, Stretch } from '@weir/replays';
import { longestSpanMs } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { readLogBounds } from './bounds-of-log.ts';
import { chooseStretches } from './choose-stretches.ts';
import { chooseVersions } from './choose-versions.ts';
import { planRefused } from './plan-parts.ts';
import type { AskedPlan, PlanMade, PlanParts, PlanRefused } from './plan-parts.ts';
import { sampleRange, timesAt, tryKeys } from './sample-range.ts';

/** A record whose key alone is looked at counts as a tenth, in the rate and so in the time. */
const unopenedWeight = 0.1;

/**
 * Makes a plan of a request: offsets are frozen at what the journal has decided by now, so that it reads the same
 * records whenever it runs. Reads a few records, and nothing runs. Throws WeirErrors of Kafka, the KMS and a journal
 * that can't be read.
 */
export const createReplayPlanner =
  (parts: PlanParts) =>
  async ({ request, ...asked }: AskedPlan): Promise<PlanMade | PlanRefused> => {
    if (request.target.kind !== 'compare') return planRefused('target_unfit');
    if (request.stream !== 'received')
      return planRefused('request_malformed', 'stream: what is judged again is received.');
    const bounds = await readLogBounds(parts);
    if (bounds === undefined) return planRefused('range_undecided');
    const windowPlan = await parts.resolvers.resolvePlan(bounds.windowPlan);
    const stretches = await chooseStretches(parts, request, bounds, windowPlan);
    if ('kind' in stretches) return stretches;
    const versions = await chooseVersions(parts, request, windowPlan);
    if (versions.kind === 'refused') return versions;
    const incompleteFrom = await completeFrom(parts, request, stretches, windowPlan);
    if (incompleteFrom !== undefined && !request.incomplete)
      return planRefused('range_incomplete', `From ${incompleteFrom} on verdicts could be right.`);
    const plan = replayPlan.parse({
      ...{ format: 1, ...asked, environment: parts.environment, logId: bounds.logId },
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
  const { stretches, recordsPerSecond } = plan;
  const { records: sampled, bytesPerOffset } = await sampleRange(parts, stretches);
  const records = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const warmed = stretches.reduce((sum, { warmFrom, from }) => sum + from - warmFrom, 0);
  const weight = records + (warmed === 0 ? 0 : (warmed + records) * unopenedWeight);
  return {
    partitions: stretches.length,
    records,
    bytes: Math.round(bytesPerOffset * (records + warmed)),
    seconds: recordsPerSecond === null ? null : Math.ceil(weight / recordsPerSecond),
    keys: await tryKeys(parts, sampled),
  };
}
