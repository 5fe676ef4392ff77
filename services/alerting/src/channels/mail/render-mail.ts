import type { Notification } from '../../notification.ts';
import type { AmountsChart } from './chart/amounts-chart.ts';
import { describeNotification } from './describe/describe-notification.ts';
import type { RulesetOf } from '../../wording/alert-words.ts';
import type { MailDocument } from './mail-document.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

/** A mail without its envelope. Both parts say the same, the chart in words where it can't be seen. */
export type RenderedMail = {
  readonly subject: string;
  readonly text: string;
  /** The HTML, with the chart under this content id or, without one, in words. */
  readonly htmlWith: (chartCid: string | undefined) => string;
  readonly chart: AmountsChart | undefined;
};

/**
 * Renders the mail of a notification: pure, total and deterministic. Accounts and
 * the counterparty are masked; what people wrote (remittance information, the
 * account's references) is left out. `rulesetOf` finds the words of the rules.
 */
export function renderMail(notification: Notification, rulesetOf: RulesetOf): RenderedMail {
  const document = describeNotification(notification, rulesetOf);
  return {
    subject: document.subject,
    text: renderText(document),
    htmlWith: (chartCid) => renderHtml(document, chartCid),
    chart: chartOf(document),
  };
}

function chartOf({ sections }: MailDocument): AmountsChart | undefined {
  for (const { blocks } of sections)
    for (const block of blocks) if (block.kind === 'chart') return block.chart;
  return undefined;
}
