import type { Notification, ShownAlert } from '../../../notification.ts';
import {
  alertHeadline,
  stateWords,
  waitingIn,
  waitingWords,
  whyInOneLine,
} from '../../../wording/alert-words.ts';
import type { RulesetOf } from '../../../wording/alert-words.ts';
import { counted, wholeNumber } from '../../../wording/format.ts';
import { shortIds } from '../../../wording/notification-words.ts';
import type { AlertBlock, Told } from '../mail-document.ts';

/** What there is to say of several alerts: how many of what, and of each in detail two lines. */
export function describeMany(notification: Notification, rulesetOf: RulesetOf): Told {
  const { alerts, alertCount, moreAlertIds } = notification;
  const shortId = shortIds(notification);
  const isAll = alerts.length >= alertCount;
  return {
    happened: [
      ...(isAll
        ? []
        : [{ title: 'How many', blocks: [{ kind: 'facts', rows: countsOf(notification) } as const] }]),
      {
        title: isAll ? 'What happened, the gravest first' : `The gravest ${alerts.length}`,
        blocks: [
          { kind: 'alerts', alerts: alerts.map((shown) => alertBlock(shown, notification, rulesetOf)) },
        ],
      },
    ],
    done: [],
    lookUp:
      moreAlertIds.length === 0
        ? []
        : [
            {
              title: 'The others',
              isFine: true,
              blocks: [
                {
                  kind: 'paragraph',
                  text: `${counted(alertCount - alerts.length, 'alert')} more stand in “npx weir alerts list”.${notNamed(notification)} ${moreAlertIds.slice(0, mostIdsTold).map(shortId).join(', ')}`,
                },
              ],
            },
          ],
  };
}

/** More ids than this make a mail long, and nobody types them. */
const mostIdsTold = 100;

function notNamed({ moreAlertIds, alertCount, alerts }: Notification): string {
  const others = alertCount - alerts.length;
  return others > Math.min(mostIdsTold, moreAlertIds.length) ? ` The first ${mostIdsTold} of them:` : '';
}

function countsOf({
  alertCount,
  transactionCount,
  accountCount,
  alerts,
}: Notification): readonly (readonly [string, string])[] {
  const waiting = alerts.reduce((sum, { alert }) => sum + waitingIn(alert), 0);
  return [
    ['Alerts', wholeNumber(alertCount)],
    ['Transactions', wholeNumber(transactionCount)],
    ['Accounts', wholeNumber(accountCount)],
    ['Waiting', `${wholeNumber(waiting)} in the gravest ${alerts.length} alone`],
  ];
}

function alertBlock(shown: ShownAlert, notification: Notification, rulesetOf: RulesetOf): AlertBlock {
  const { alert } = shown;
  const shortId = shortIds(notification);
  const standing = [newsOf(shown, notification), waitingWords(alert), stateWords(alert)].filter(
    (one) => one !== undefined,
  );
  return {
    severity: alert.severity,
    headline: alertHeadline(shown),
    lines: [
      whyInOneLine(shown, rulesetOf),
      [...standing, `alert ${shortId(alert.alertId)}`, `tenant ${alert.tenant}`].join(' · '),
    ],
  };
}

/** Of an update what is new in it: whoever was told of three looks for the fourth. */
function newsOf({ alert, toldRevision }: ShownAlert, { reason }: Notification): string | undefined {
  if (reason !== 'update') return undefined;
  if (toldRevision === 0) return 'new';
  return toldRevision < alert.revision ? 'more of it' : 'as you were told';
}
