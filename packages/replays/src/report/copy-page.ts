import { escaped, pageDocument } from '@weir/backtest';
import { handedOverInWords, unreadableInWords } from './copy-report.ts';
import type { CopyReport } from './copy-report.ts';
import { evidenceSection } from './evidence-section.ts';
import { paragraph } from './page-parts.ts';
import { planInWords } from './plan-in-words.ts';
import { reportStyles } from './report-styles.ts';

/** The report of a replay that handed records over, as one HTML page that needs nothing else. It holds no payload. */
export function copyPage(report: CopyReport): string {
  const warnings = [...unreadableInWords(report), ...report.notes];
  const isWhole = report.handedOver > 0 && warnings.length === 0;
  const body = [
    '<h1>Replay: what was handed over</h1>',
    `<p class="answer ${isWhole ? 'clean' : 'differs'}">${escaped(handedOverInWords(report))}</p>`,
    ...warnings.map((text) => `<p class="warning">${escaped(text)}</p>`),
    ...planInWords(report.plan).map(paragraph),
    ...evidenceSection(report),
  ];
  return pageDocument(`Replay ${report.plan.replayId}`, body.join('\n'), reportStyles);
}
