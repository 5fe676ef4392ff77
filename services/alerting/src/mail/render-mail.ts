import type { Ruleset } from '@weir/rules';
import type { Notice } from '../plan-run.ts';
import { describeTransaction } from './describe-transaction.ts';
import { describeRefused } from './describe-refused.ts';
import type { MailDocument } from './mail-document.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

/** A mail without its envelope. Both parts say the same. */
export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string };

/**
 * Renders the mail of one notice: pure, total and deterministic. Accounts and
 * the counterparty are masked; what people wrote (remittance information, the
 * account's references) is left out. `rulesetOf` finds the words of the rules.
 */
export function renderMail(
  notice: Notice,
  context: {
    readonly environment: string;
    readonly rulesetOf: (ref: string) => Ruleset | undefined;
  },
): RenderedMail {
  const document = documentOf(notice, context);
  return { subject: document.subject, text: renderText(document), html: renderHtml(document) };
}

function documentOf(
  { alert, finding }: Notice,
  { environment, rulesetOf }: Parameters<typeof renderMail>[1],
): MailDocument {
  const sentBy = `Sent by Weir, environment ${environment}.`;
  switch (finding.kind) {
    case 'transaction':
      return describeTransaction(alert, finding, {
        footer: `${sentBy} All times are UTC. Accounts and names are masked here; in full they stand only in the sealed record.`,
        ruleset: rulesetOf(finding.judged.verdict.versions.ruleset),
      });
    case 'refused':
      return describeRefused(alert, finding, {
        footer: `${sentBy} All times are UTC. The content of the record is not shown here; it stands only in the sealed copy.`,
      });
  }
}
