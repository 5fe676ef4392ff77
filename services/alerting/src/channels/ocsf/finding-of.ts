import { isPseudonymOf, ocsfFinding, ocsfVersion } from '@weir/contracts';
import type { Alert as AlertRevision, OcsfFinding } from '@weir/contracts';
import type { Alert } from '@weir/alerts';
import { money, counted } from '../../wording/format.ts';
import { plainName } from '../../wording/masking.ts';
import { refusalText } from '../../wording/refusal-texts.ts';

/** What a finding is told by and under: nothing of the alert itself. */
export type FindingContext = {
  readonly environment: string;
  /** The finding's own id: whoever reads it twice drops one. */
  readonly uid: string;
  readonly logName: string;
  readonly loggedAtMs: number;
  /** The transactions that are known, by pseudonym. */
  readonly related: readonly { readonly identity: string; readonly verdict: 'held' | 'cleared' }[];
  /** Where refused records stand, as far as they are known. */
  readonly records: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
  }[];
  readonly told?: Pick<
    OcsfFinding['unmapped']['weir'],
    'reason' | 'notificationId' | 'moreAlertIds' | 'failure'
  >;
};

/**
 * The OCSF Detection Finding beside a revision of an alert: facts, amounts and pseudonyms alone. Pure:
 * the same revision gives the same finding. `alert` is the row that the revision was made from.
 */
export const findingOf = (
  revision: AlertRevision,
  context: { readonly environment: string; readonly alert: Alert },
): OcsfFinding =>
  findingOfAlert(context.alert, {
    environment: context.environment,
    uid: `${revision.alertId}-${revision.revision}`,
    logName: 'alerts.v1',
    loggedAtMs: context.alert.changedAtMs,
    related: revision.kind === 'unusual_transactions' ? (revision.entries ?? []) : [],
    records: revision.kind === 'refused_record' ? (revision.records ?? []) : [],
  });

/** The finding about an alert as it stands. Pure. */
export function findingOfAlert(alert: Alert, context: FindingContext): OcsfFinding {
  const activity = activityOf(alert);
  const severity = severities[alert.severity];
  const status = statusOf(alert);
  const title = titleOf(alert);
  const rules = alert.rules.map(analyticOf);
  const [analytic, ...relatedAnalytics] = rules;
  const observables = observablesOf(alert);
  return ocsfFinding.parse({
    ...classOf(activity),
    severity_id: severity.id,
    severity: severity.caption,
    status_id: status.id,
    status: status.caption,
    time: alert.openedAtMs,
    start_time: alert.firstEventAtMs,
    end_time: alert.lastEventAtMs,
    count: alert.transactions,
    is_alert: activity.id !== 3,
    message: `${title}${alert.state === 'new' ? '' : ` (${alert.state})`}`,
    ...(alert.kind === 'unusual_transactions' ? { risk_score: Math.round(alert.score * 100) } : {}),
    metadata: {
      ...metadataOf(context),
      tenant_uid: alert.tenant,
      ...(alert.caseId === null ? {} : { correlation_uid: alert.caseId }),
    },
    finding_info: {
      uid: alert.alertId,
      title,
      types: [alert.kind === 'refused_record' ? 'Refused record' : 'Unusual transactions'],
      created_time: alert.openedAtMs,
      modified_time: alert.changedAtMs,
      first_seen_time: alert.firstEventAtMs,
      last_seen_time: alert.lastEventAtMs,
      ...(analytic === undefined ? {} : { analytic }),
      ...(relatedAnalytics.length === 0 ? {} : { related_analytics: relatedAnalytics }),
      ...(context.related.length === 0
        ? {}
        : {
            related_events: context.related.map(({ identity, verdict }) => ({
              uid: identity,
              type: 'Transaction',
              status: verdict,
            })),
          }),
      related_events_count: alert.transactions,
    },
    resources: resourcesOf(alert, context),
    ...(observables.length === 0 ? {} : { observables }),
    ...(alert.kind === 'unusual_transactions' ? { evidences: [evidenceOf(alert)] } : {}),
    unmapped: { weir: { ...unmappedOf(alert, context), ...context.told } },
  });
}

const activities = [
  { id: 1, name: 'Create' },
  { id: 2, name: 'Update' },
  { id: 3, name: 'Close' },
] as const;
type Activity = (typeof activities)[number];

function activityOf({ revision, state }: Alert): Activity {
  const [create, update, close] = activities;
  if (state === 'closed') return close;
  return revision === 1 ? create : update;
}

/** The class, and what is done to it: `type_uid` is the class times 100 and the activity. */
export const classOf = (activity: Activity) => ({
  class_uid: 2004,
  class_name: 'Detection Finding',
  category_uid: 2,
  category_name: 'Findings',
  activity_id: activity.id,
  activity_name: activity.name,
  type_uid: 200_400 + activity.id,
  type_name: `Detection Finding: ${activity.name}`,
});

export const metadataOf = (
  context: Pick<FindingContext, 'environment' | 'uid' | 'logName' | 'loggedAtMs'>,
) => ({
  version: ocsfVersion,
  uid: context.uid,
  product: { name: 'Weir', vendor_name: 'Weir' },
  log_name: context.logName,
  log_provider: context.environment,
  logged_time: context.loggedAtMs,
});

const severities = {
  low: { id: 2, caption: 'Low' },
  medium: { id: 3, caption: 'Medium' },
  high: { id: 4, caption: 'High' },
  critical: { id: 5, caption: 'Critical' },
} as const;

/** `Suppressed` says reviewed and benign, so a snoozed alert, which nobody has judged yet, is neither that nor new. */
function statusOf({ state, outcome }: Alert) {
  switch (state) {
    case 'new':
      return { id: 1, caption: 'New' };
    case 'acknowledged':
    case 'investigating':
      return { id: 2, caption: 'In Progress' };
    case 'snoozed':
      return { id: 99, caption: 'Snoozed' };
    case 'closed':
      return outcome === 'false_positive' ? { id: 3, caption: 'Suppressed' } : { id: 4, caption: 'Resolved' };
  }
}

/** In one line, by pseudonyms: "3 held transactions of a1_…, 9,500.00 EUR out". */
function titleOf(alert: Alert): string {
  if (alert.kind === 'refused_record') {
    const why = alert.code === null ? 'it can not be processed' : refusalText(alert.code).title;
    return alert.transactions === 1
      ? `A record was refused: ${why}`
      : `${counted(alert.transactions, 'record')} were refused: ${why}`;
  }
  const kind = alert.verdict === 'held' ? 'held transaction' : 'cleared transaction to look at';
  const sums = alert.totals
    .slice(0, 3)
    .map(
      ({ amountMinor, currency, creditDebitIndicator }) =>
        `${money(amountMinor, currency)} ${creditDebitIndicator === 'DBIT' ? 'out' : 'in'}`,
    );
  const counts =
    alert.verdict === 'held' && alert.held < alert.transactions
      ? `${counted(alert.transactions, 'transaction')}, ${alert.held} of them held,`
      : alert.verdict === 'held' || alert.transactions === 1
        ? counted(alert.transactions, kind)
        : `${counted(alert.transactions, 'cleared transaction')} to look at,`;
  return [`${counts} of ${alert.account ?? 'an unknown account'}`, ...sums].join(', ');
}

const analyticOf = (rule: string) => ({ name: rule, uid: rule, type_id: 1, type: 'Rule' });

function resourcesOf(alert: Alert, { records }: FindingContext) {
  const affected = { role_id: 3, role: 'Affected' };
  if (alert.kind === 'refused_record') {
    const topics = new Set(records.map(({ topic }) => plainName(topic) ?? 'unknown'));
    return [...topics].slice(0, 50).map((uid) => ({ type: 'Topic', uid, ...affected }));
  }
  const account =
    alert.account === null
      ? []
      : [{ type: 'Account', uid: alert.account, namespace: alert.tenant, ...affected }];
  return [
    ...account,
    ...alert.counterparties.map((uid) => ({
      type: 'Counterparty',
      uid,
      namespace: alert.tenant,
      role_id: 4,
      role: 'Related',
    })),
  ];
}

/** What an analyst searches other events by: the resources' ids once more, where OCSF looks for them. */
function observablesOf(alert: Alert) {
  const uids = [...(alert.account === null ? [] : [alert.account]), ...alert.counterparties];
  return uids.map((value, index) => ({
    name: `resources[${index}].uid`,
    type_id: 99,
    type: isPseudonymOf('account', value) ? 'Account pseudonym' : 'Counterparty pseudonym',
    value,
  }));
}

function evidenceOf(alert: Alert) {
  const verdict =
    alert.outcome === null
      ? { verdict_id: 4, verdict: 'Suspicious' }
      : alert.outcome === 'true_positive'
        ? { verdict_id: 2, verdict: 'True Positive' }
        : { verdict_id: 1, verdict: 'False Positive' };
  return {
    ...verdict,
    data: { score: alert.score, rules: alert.rules, totals: alert.totals.map((total) => ({ ...total })) },
  };
}

function unmappedOf(alert: Alert, { records }: FindingContext) {
  return {
    kind: alert.kind,
    revision: alert.revision,
    state: alert.state,
    ...(alert.handledBy === null ? {} : { handledBy: alert.handledBy }),
    ...(alert.snoozedUntilMs === null ? {} : { snoozedUntil: alert.snoozedUntilMs }),
    ...(alert.outcome === null ? {} : { outcome: alert.outcome }),
    episodeEnded: alert.episodeEndedAtMs !== null,
    ...(alert.verdict === null ? {} : { verdict: alert.verdict, held: alert.held, released: alert.released }),
    ...(alert.code === null ? {} : { code: alert.code }),
    ...(records.length === 0
      ? {}
      : { records: records.map((record) => ({ ...record, topic: plainName(record.topic) ?? 'unknown' })) }),
  };
}
