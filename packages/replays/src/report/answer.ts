import { escaped } from '@weir/backtest';
import { differencesOf } from '../comparison-state.ts';
import { unreadableInWords } from './copy-report.ts';
import type { ReplayReport } from './replay-report.ts';
import { counted, grouped } from './shown.ts';

type Answered = Pick<ReplayReport, 'comparison' | 'counts'>;

/** What came out, in a sentence: the first thing on the page. Nothing is called the same that was not judged. */
export function answerHtml(report: Answered): string {
  const notJudged = unreadableRecords(report) + report.counts.unaccounted;
  const { records } = report.comparison;
  const isClean = records > 0 && differencesOf(report.comparison) + notJudged === 0;
  const others = notJudged === 0 ? '' : `; ${counted(notJudged, 'other')} could not be compared`;
  const text = `${comparedInWords(report.comparison)}${others}.`;
  return `<p class="answer ${isClean ? 'clean' : 'differs'}">${escaped(text)}</p>`;
}

function comparedInWords({ records, kinds }: ReplayReport['comparison']): string {
  const differences = differencesOf({ records, kinds });
  if (records === 0) return 'No record was judged again';
  if (differences === 0)
    return `Nothing differs: ${counted(records, 'record was', 'records were')} judged again`;
  return `${grouped(differences)} of ${counted(records, 'record')} ${differences === 1 ? 'differs' : 'differ'}; ${grouped(kinds.flip)} flipped`;
}

const unreadableRecords = ({ counts }: Answered): number =>
  Object.values(counts.unreadable).reduce((sum, records) => sum + records, 0);

/** What the answer doesn't hold for, in sentences. */
export function reservations({ counts }: Answered): string[] {
  const { unaccounted, unproven, unprovenDifferences } = counts;
  return [
    ...unreadableInWords(counts),
    ...(unaccounted === 0
      ? []
      : [
          `Of ${counted(unaccounted, 'record')} the journal and the replay do not even say the same kind of thing.`,
        ]),
    ...(unproven === 0
      ? []
      : [
          `${counted(unproven, 'record was', 'records were')} judged by a history whose older part the log may no longer have; ${grouped(unprovenDifferences)} of the differences are among them, and say little.`,
        ]),
  ];
}
