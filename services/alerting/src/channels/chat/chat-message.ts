import type { Severity } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import type { Notification, ShownAlert } from '../../notification.ts';
import {
  alertHeadline,
  stateWords,
  waitingWords,
  whatWasDone,
  whyInOneLine,
} from '../../wording/alert-words.ts';
import { explainReason } from '../../wording/explain-reason.ts';
import { capitalised, counted, upperFirst, utcTime } from '../../wording/format.ts';
import {
  actionsOf,
  nextSentences,
  notificationSubject,
  severityOf,
  shortIds,
  togetherWords,
  whyNow,
} from '../../wording/notification-words.ts';
import { reasonsInOrder } from '../../wording/summary.ts';

/** More reasons nobody reads in a chat; the command shows all. */
const mostReasons = 5;

/** A notification in plain words, before a chat gives it its looks. Nothing in it is markup. */
export type ChatMessage = {
  readonly title: string;
  readonly severity: Severity;
  /** Why people are told now, and what holds the alerts together. */
  readonly lead: readonly string[];
  /** In detail, the gravest first. */
  readonly alerts: readonly ChatAlert[];
  /** That there are more alerts than these; undefined where there are none. */
  readonly more: string | undefined;
  readonly next: readonly string[];
  /** Commands, each with what it is for. */
  readonly actions: readonly (readonly [command: string, purpose: string])[];
  readonly footer: string;
};

/** One alert of a message: what, then why and what was done, a line each. */
export type ChatAlert = { readonly headline: string; readonly lines: readonly string[] };

/** Says a notification for a chat. Pure. Accounts and names are masked; what people wrote is left out. */
export function chatMessage(
  notification: Notification,
  context: { readonly deliveryKey: string; readonly rulesetOf: (ref: string) => Ruleset | undefined },
): ChatMessage {
  const { alerts, alertCount, environment } = notification;
  const idOf = shortIds(notification);
  const left = alertCount - alerts.length;
  return {
    title: notificationSubject(notification),
    severity: severityOf(notification),
    lead: [whyNow(notification), togetherWords(notification)].filter((line) => line !== undefined),
    alerts: alerts.map((shown) => ({
      headline: upperFirst(alertHeadline(shown)),
      lines: [
        ...(alerts.length === 1
          ? [
              factsOf(shown, idOf(shown.alert.alertId)),
              ...reasonLines(shown, context.rulesetOf),
              whatWasDone(shown.alert),
            ]
          : [
              factsOf(shown, idOf(shown.alert.alertId), waitingWords(shown.alert)),
              whyInOneLine(shown, context.rulesetOf),
            ]),
      ],
    })),
    more: left > 0 ? `And ${counted(left, 'more alert')}, none of them graver than these.` : undefined,
    next: nextSentences(notification),
    actions: actionsOf(notification),
    footer: `Weir ${environment}, ${context.deliveryKey}`,
  };
}

/** "High, held, waiting, acknowledged by anna, alert 0f3c2a91, 2025-06-15 12:00:03 UTC". */
function factsOf({ alert }: ShownAlert, id: string, waiting?: string): string {
  const [first, last] = [alert.firstEventAtMs, alert.lastEventAtMs].map((atMs) =>
    utcTime(new Date(atMs).toISOString()),
  );
  const state = stateWords(alert);
  return [
    capitalised(alert.severity),
    ...(waiting === undefined ? [] : [waiting]),
    ...(state === undefined ? [] : [state]),
    `alert ${id}`,
    first === last ? `${first}` : `${first} to ${last}`,
  ].join(', ');
}

function reasonLines(shown: ShownAlert, rulesetOf: (ref: string) => Ruleset | undefined): readonly string[] {
  const finding = shown.entries[0]?.finding;
  if (finding?.kind !== 'transaction') return [whyInOneLine(shown, rulesetOf)];
  const { judged } = finding;
  const ruleset = rulesetOf(judged.verdict.versions.ruleset);
  const reasons = reasonsInOrder(judged);
  const left = reasons.length - mostReasons;
  return [
    ...reasons.slice(0, mostReasons).map((reason) => explainReason(reason, judged, ruleset)),
    ...(left > 0 ? [`And ${counted(left, 'more reason')}.`] : []),
  ];
}
