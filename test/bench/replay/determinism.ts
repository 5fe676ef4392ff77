import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replayReport } from '@weir/replays';
import type { BenchContext } from '../bench-context.ts';
import { forgetPeakResident, peakResidentMbOf, round } from '../process-usage.ts';
import type { DecidedLog } from './decided-log.ts';
import type { ReplayService } from './replay-service.ts';
import { runReplayOnce, wholeOf } from './run-replay-once.ts';
import type { ReplayRunFigures } from './run-replay-once.ts';

export type DeterminismFigures = ReplayRunFigures &
  Omit<DecidedLog, 'ends' | 'inForce'> & {
    /** Records with a verdict, or what became of them otherwise, held against the journal. */
    readonly compared: number;
    /** Those that were duplicates then and now, and so on, as "then now". */
    readonly outcomes: Readonly<Record<string, number>>;
    /** Judged by a history that may have lacked something. */
    readonly unproven: number;
    /** Of which journal and replay don't even say the same kind of thing. */
    readonly unaccounted: number;
    /** Under so many sets of versions was judged, one after the other. */
    readonly versions: number;
    readonly residentMbBefore: number;
    readonly peakResidentMb: number;
    /** What the replay left in its folder: manifest, report, checkpoint. */
    readonly folderMb: number;
  };

/** Replays all of a log under the versions of then. */
export async function measureDeterminism(
  { settings, say }: BenchContext,
  service: ReplayService,
  { ends, inForce: _inForce, ...decided }: DecidedLog,
): Promise<DeterminismFigures> {
  const { pid } = service.worker;
  forgetPeakResident(pid);
  const residentMbBefore = round(peakResidentMbOf(pid), 1);
  const run = await runReplayOnce(service, wholeOf(ends), settings.replays.deadlineMs);
  const peakResidentMb = round(peakResidentMbOf(pid), 1);
  const report = replayReport.parse(await (await service.download(run.replayId, 'report')).json());
  const { unproven, unaccounted } = report.counts;
  const figures = {
    ...{ ...run, ...decided, compared: report.comparison.records, unproven, unaccounted },
    differences: run.differences + unaccounted,
    outcomes: Object.fromEntries(
      report.comparison.outcomes.map(({ then, now, records }) => [`${then} ${now}`, records]),
    ),
    versions: report.versions.length,
    ...{ residentMbBefore, peakResidentMb, folderMb: folderMb(service.folderOf(run.replayId)) },
  };
  say(
    `(i) ${run.records} records judged again in ${run.seconds} s, ${run.recordsPerSecond}/s, under ` +
      `${figures.versions} sets of versions: ${figures.differences} differences, ${peakResidentMb} MiB at most`,
  );
  return figures;
}

const folderMb = (folder: string): number =>
  round(readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1_048_576, 1);
