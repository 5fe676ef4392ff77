import { describeManifestFinding, isJudged, planInWords } from '@weir/replays';
import type { ReplayAnswer, VerifiedManifest } from '@weir/replays';
import { grouped, table } from '../terminal/table.ts';

/** "1 record", "1,234 records". */
const counted = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;

/** "90 s", "12 min", "3.5 h". */
function inTime(seconds: number): string {
  if (seconds < 120) return `${String(Math.ceil(seconds))} s`;
  return seconds < 7_200 ? `${String(Math.ceil(seconds / 60))} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

/** A plan, and what it comes to. */
export function showPlan(replay: ReplayAnswer): readonly string[] {
  const { plan, estimate, hash, replayId } = replay;
  const { partitions, records, bytes, seconds, keys, incompleteFrom } = estimate;
  const lost = keys.filter(({ usable }) => !usable);
  const time = seconds === null ? 'as fast as it goes' : `about ${inTime(seconds)}`;
  const size = bytes === null ? '' : `, ${(bytes / 1_048_576).toFixed(1)} MiB to read`;
  return [
    `Replay ${replayId}, planned by ${plan.plannedBy}:`,
    ...planInWords(plan).map((line) => `  ${line}`),
    `  ${counted(partitions, 'partition')}, ${grouped(records)} offsets${size}, ${time}.`,
    `  ${counted(keys.length, 'key')} needed, ${lost.length === 0 ? 'all can be used' : `${lost.length} can NOT be used`}.`,
    ...lost.map(({ keyRef, problem }) => `    ${keyRef}${problem === undefined ? '' : ` (${problem})`}`),
    ...(incompleteFrom === undefined
      ? []
      : [
          `  The log no longer has all the windows need: only from ${incompleteFrom} on verdicts could be right.`,
        ]),
    `  SHA-256 ${hash}`,
  ];
}

/** What comes next, as a command. */
export function nextCommand({
  replayId,
  state,
  needsApproval,
  hash,
  plan,
}: ReplayAnswer): string | undefined {
  if (state === 'planned' && needsApproval)
    return `Another person approves it with: npx weir replay approve ${replayId} --hash ${hash.slice(0, 12)}`;
  if (state === 'planned' || state === 'approved') return `Run it with: npx weir replay run ${replayId}`;
  if (state === 'paused') return `Go on with: npx weir replay resume ${replayId}`;
  if (state !== 'done') return undefined;
  if (plan.target.kind === 'export') return `Get it with: npx weir replay export ${replayId} FILE`;
  const what = isJudged(plan.target) ? 'What differs' : 'What was handed over';
  return `${what}: npx weir replay report ${replayId}`;
}

/** Where a replay stands, in a line. */
export function stateLine({ replayId, state, changedBy, progress, trouble, ending }: ReplayAnswer): string {
  const who = changedBy === null ? '' : ` by ${changedBy}`;
  if (ending !== null) return `${replayId} is ${state}: ${endingWords(ending)}`;
  const how = progress === null ? '' : `, ${progressWords(progress)}`;
  const why = trouble === null ? '' : `: ${trouble.message} (${trouble.code})`;
  return `${replayId} is ${state}${state === 'running' ? '' : who}${how}${why}`;
}

const endingWords = (ending: NonNullable<ReplayAnswer['ending']>): string => {
  const { records, differences, unjudged, root, handedOver } = ending;
  const compared = differences === 0 ? 'nothing differs' : counted(differences, 'difference');
  return [
    counted(records, 'record'),
    handedOver === undefined ? compared : `${grouped(handedOver)} handed over`,
    ...(unjudged === 0 ? [] : [unjudgedWords(ending)]),
    `root ${root.slice(0, 12)}…`,
  ].join(', ');
};

/** How many records a replay could do nothing with. */
export const unjudgedWords = ({
  unjudged,
  handedOver,
}: Pick<NonNullable<ReplayAnswer['ending']>, 'unjudged' | 'handedOver'>): string =>
  `${grouped(unjudged)} could not be ${handedOver === undefined ? 'judged' : 'opened'}`;

/** From here on somebody might think that nothing happens any more. */
const longWaitSeconds = 5;

/** How far a replay is. */
export function progressWords(progress: NonNullable<ReplayAnswer['progress']>): string {
  const { phase, done, of, perSecond, secondsLeft, differences, nextInSeconds = 0 } = progress;
  const share = of === 0 ? 100 : Math.floor((100 * done) / of);
  return [
    ...(phase === 'warming' ? ['filling windows'] : []),
    ...(phase === 'driving' ? ['handing over'] : []),
    `${grouped(done)} of ${grouped(of)} (${String(share)} %)`,
    ...(perSecond === 0 ? [] : [`${grouped(Math.round(perSecond))}/s`]),
    ...(secondsLeft === null || secondsLeft === 0 ? [] : [`${inTime(secondsLeft)} left`]),
    ...(nextInSeconds < longWaitSeconds ? [] : [`the next is due in ${inTime(nextInSeconds)}`]),
    ...(differences === 0 ? [] : [counted(differences, 'difference')]),
  ].join(', ');
}

/** By which versions is judged again, or what else is done with the records. */
function whatIsDone({ target, versions }: ReplayAnswer['plan']): string {
  if (!isJudged(target)) return target.kind;
  return versions.kind === 'ruleset' ? versions.ref : versions.kind;
}

/** Replays, one in a line. */
export function showReplays(replays: readonly ReplayAnswer[]): readonly string[] {
  if (replays.length === 0) return ['No replay is kept.'];
  return table(
    ['replay', 'state', 'planned', 'by', 'what', 'records', 'differences'],
    replays.map(({ replayId, state, plan, progress }) => [
      replayId,
      state,
      plan.plannedAt.slice(0, 16).replace('T', ' '),
      plan.plannedBy,
      whatIsDone(plan),
      progress === null ? '' : `${grouped(progress.done)}/${grouped(progress.of)}`,
      progress === null ? '' : grouped(progress.differences),
    ]),
    [5, 6],
  );
}

/** What the check of a manifest found. */
export function showVerified({
  findings,
  furtherFindings,
  records,
  root,
  end,
  header,
}: VerifiedManifest): readonly string[] {
  if (findings.length > 0)
    return [
      ...findings.map(describeManifestFinding),
      ...(furtherFindings === 0 ? [] : [`There are ${grouped(furtherFindings)} findings more.`]),
    ];
  const approver = end?.approvedBy ?? undefined;
  const approved = approver === undefined ? '' : `, approved by ${approver}`;
  return [
    `${counted(records, 'record')}, root ${root}: as it was signed.`,
    `Replay ${header?.plan.replayId ?? ''}, planned by ${end?.plannedBy ?? ''}${approved}, run from ${end?.startedAt ?? ''} to ${end?.endedAt ?? ''}.`,
    `Signed by ${end?.keyId ?? ''}.`,
  ];
}
