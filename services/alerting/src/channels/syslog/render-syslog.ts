import type { Severity } from '@weir/contracts';
import type { Notification, ShownAlert } from '../../notification.ts';
import { alertHeadline } from '../../wording/alert-words.ts';
import { counted, upperFirst } from '../../wording/format.ts';
import { notificationHeadline, notificationSubject, severityOf } from '../../wording/notification-words.ts';
import { cefLine } from './cef.ts';
import { syslogMessage } from './rfc5424.ts';

export type SyslogFormat = 'cef' | 'rfc5424';

type Context = {
  readonly format: SyslogFormat;
  /** The machine that says it. */
  readonly hostname: string;
  readonly deliveryKey: string;
};

/** So many rules and ids one message names: it stays below the 8,192 bytes that receivers are to take. */
const mostRules = 20;
const mostIds = 100;

/** What a message says, before it has a format: a field each, in both the same. */
type Event = {
  readonly id: string;
  readonly name: string;
  readonly severity: Severity;
  readonly fields: readonly Field[];
};
/** A field's name in structured data, what CEF calls it, and the label that CEF's spare fields need. */
type Field = {
  readonly name: string;
  readonly cef: string;
  readonly label?: string;
  readonly value: string;
};

/** One message for each alert in detail, and one for every hundred that are not. Pure. */
export function renderSyslog(notification: Notification, context: Context): readonly string[] {
  return eventsOf(notification, context).map((event) =>
    syslogMessage({
      severity: event.severity,
      timeMs: notification.createdAtMs,
      hostname: context.hostname,
      msgId: notification.reason,
      ...(context.format === 'cef'
        ? { parameters: [], message: { kind: 'formatted', text: cefOf(event) } }
        : {
            parameters: event.fields.map(({ name, value }) => [name, value] as const),
            message: { kind: 'text', text: event.name },
          }),
    }),
  );
}

const cefOf = ({ id, name, severity, fields }: Event): string =>
  cefLine({
    signatureId: id,
    name,
    severity,
    extension: fields.flatMap(({ cef, label, value }) => [
      [cef, value] as const,
      ...(label === undefined ? [] : [[`${cef}Label`, label] as const]),
    ]),
  });

function eventsOf(notification: Notification, { deliveryKey }: Context): readonly Event[] {
  const shared = sharedFields(notification, deliveryKey);
  const { reason, failing, alerts, moreAlertIds } = notification;
  if (reason === 'test')
    return [{ id: 'test', name: notificationSubject(notification), severity: 'low', fields: shared }];
  if (failing !== undefined)
    return [
      {
        id: 'channel_failing',
        name: notificationHeadline(notification),
        severity: 'high',
        fields: [
          ...shared,
          custom(1, 'receiver', failing.receiverId),
          custom(2, 'channel', failing.channel),
          custom(3, 'code', failing.code),
          { name: 'waiting', cef: 'cnt', value: String(failing.waiting) },
        ],
      },
    ];
  return [
    ...alerts.map((shown) => alertEvent(shown, shared)),
    ...chunksOf(moreAlertIds, mostIds).map((ids) => ({
      id: 'more_alerts',
      name: `${counted(ids.length, 'more alert')}, told by id alone`,
      severity: severityOf(notification),
      fields: [...shared, { name: 'alerts', cef: 'msg', value: ids.join(' ') }],
    })),
  ];
}

const sharedFields = (
  { environment, createdAtMs, reason, routeId }: Notification,
  deliveryKey: string,
): readonly Field[] => [
  { name: 'time', cef: 'rt', value: String(createdAtMs) },
  { name: 'environment', cef: 'deviceExternalId', value: environment },
  { name: 'reason', cef: 'reason', value: reason },
  custom(6, 'deliveryKey', deliveryKey),
  { name: 'route', cef: 'deviceFacility', value: routeId },
];

/** CEF's spare texts. */
const custom = (number: 1 | 2 | 3 | 4 | 5 | 6, label: string, value: string): Field => ({
  name: label,
  cef: `cs${number}`,
  label,
  value,
});

function alertEvent(shown: ShownAlert, shared: readonly Field[]): Event {
  const { alert } = shown;
  const headline = upperFirst(alertHeadline(shown));
  return {
    id: alert.code ?? alert.kind,
    name: headline,
    severity: alert.severity,
    fields: [
      ...shared,
      { name: 'alert', cef: 'externalId', value: alert.alertId },
      { name: 'revision', cef: 'cn1', label: 'revision', value: String(alert.revision) },
      { name: 'state', cef: 'act', value: alert.state },
      { name: 'kind', cef: 'cat', value: alert.kind },
      { name: 'start', cef: 'start', value: String(alert.firstEventAtMs) },
      { name: 'end', cef: 'end', value: String(alert.lastEventAtMs) },
      { name: 'count', cef: 'cnt', value: String(alert.transactions) },
      custom(1, 'tenant', alert.tenant),
      ...(alert.account === null ? [] : [custom(2, 'account', alert.account)]),
      ...(alert.rules.length === 0 ? [] : [custom(3, 'rules', alert.rules.slice(0, mostRules).join(' '))]),
      ...(alert.caseId === null ? [] : [custom(4, 'case', alert.caseId)]),
      ...(alert.verdict === null
        ? []
        : [
            { name: 'held', cef: 'cn2', label: 'held', value: String(alert.held) },
            { name: 'released', cef: 'cn3', label: 'released', value: String(alert.released) },
            { name: 'score', cef: 'cfp1', label: 'score', value: alert.score.toFixed(6) },
            { name: 'verdict', cef: 'outcome', value: alert.verdict },
          ]),
      { name: 'text', cef: 'msg', value: headline },
    ],
  };
}

const chunksOf = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
