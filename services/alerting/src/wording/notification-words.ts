import type { Alert, AlertCase, NotificationReason } from '@weir/alerts';
import type { Severity } from '@weir/contracts';
import type { NextTold, Notification } from '../notification.ts';
import { alertHeadline, maskedAccount, waitingIn, waitingWords } from './alert-words.ts';
import { capitalised, counted, listed, roughSpan, upperFirst, utcClock, wholeNumber } from './format.ts';

/** What a phone shows of a subject, about; more is cut by the programs of its readers. */
const mostSubjectLetters = 90;

/** As grave as its gravest alert, which comes first; a receiver that can't be reached is grave by itself. */
export const severityOf = ({ alerts }: Notification): Severity => alerts[0]?.alert.severity ?? 'high';

/** What it is about, in one line. */
export function notificationHeadline(notification: Notification): string {
  const { alerts, alertCount, transactionCount, accountCount, failing } = notification;
  if (failing !== undefined)
    return `${failing.receiverId} can not be reached by ${failing.channel}, ${counted(failing.waiting, 'delivery', 'deliveries')} ${failing.waiting === 1 ? 'waits' : 'wait'}`;
  const [lead] = alerts;
  if (notification.reason === 'test') return 'Alerts reach you here';
  if (lead === undefined) return 'No alert';
  if (alertCount === 1) return alertHeadline(lead);
  const account = accountCount === 1 ? maskedAccount(lead) : undefined;
  const accounts = account ?? counted(accountCount, 'account');
  return accountCount === 0
    ? `${counted(alertCount, 'alert')} about ${counted(transactionCount, 'refused record')}`
    : `${counted(alertCount, 'alert')}, ${counted(transactionCount, 'transaction')} of ${accounts}`;
}

/** How many transactions wait, of those alerts that are told in detail. */
const waitingTold = ({ alerts }: Notification): number =>
  alerts.reduce((sum, { alert }) => sum + waitingIn(alert), 0);

const reasonWords: Readonly<Record<NotificationReason, string>> = {
  first: '',
  update: 'update',
  reminder: 'reminder',
  escalation: 'escalated',
  digest: 'digest',
  summary: 'many alerts',
  closed: 'closed',
  channel_failing: 'channel failing',
  test: 'test',
};

/**
 * One line for a list of mails: severity, why now, what, how much, whether it waits for somebody. At most
 * `mostSubjectLetters`: the words of the wait are shortened first, and then the end is cut.
 */
export function notificationSubject(notification: Notification): string {
  const { reason } = notification;
  if (reason === 'test') return 'Test: alerts of Weir reach you here, and nothing happened';
  const severity = capitalised(severityOf(notification));
  const begins = reasonWords[reason] === '' ? severity : `${severity}, ${reasonWords[reason]}`;
  const line = `${begins}: ${withoutCapital(notificationHeadline(notification))}`;
  const ends = waitsAtTheEnd(notification);
  const candidates = [...ends.map((end) => `${line}, ${end}`), line];
  return candidates.find((one) => lettersOf(one).length <= mostSubjectLetters) ?? cut(candidates[0] ?? line);
}

/** A headline that begins with a word of ours goes on after a colon; an account or an amount stays as it is. */
const withoutCapital = (headline: string): string =>
  headline.replace(/^(?:A record|Alerts reach) /, (words) => words.toLowerCase());

const lettersOf = (text: string): readonly string[] => [...text];

const cut = (text: string): string =>
  `${lettersOf(text)
    .slice(0, mostSubjectLetters - 1)
    .join('')
    .trimEnd()}…`;

/** Whether it waits for somebody, in a few words; undefined where that can't be said of it, as of refused records. */
export const standingWords = (notification: Notification): string | undefined =>
  waitsAtTheEnd(notification)[0];

/** The same, shorter and shorter. */
function waitsAtTheEnd(notification: Notification): readonly string[] {
  const { alerts, alertCount, moreAlertIds } = notification;
  const [lead] = alerts;
  if (lead === undefined) return [];
  const inDetail = waitingTold(notification);
  if (alertCount === 1) {
    const words = waitingWords(lead.alert);
    if (words === undefined) return [];
    return inDetail > 0 && lead.alert.state !== 'closed' ? [words, 'waiting'] : [words];
  }
  if (alerts.every(({ alert }) => alert.verdict === null)) return [];
  if (inDetail === 0) return moreAlertIds.length === 0 ? ['nothing waits'] : [];
  if (notification.reason === 'closed') return [`${wholeNumber(inDetail)} still held`];
  return [moreAlertIds.length === 0 ? `${wholeNumber(inDetail)} waiting` : 'some waiting', 'waiting'];
}

/** Why people are told now, in a sentence; undefined where it is the first time, which needs no reason. */
export function whyNow(notification: Notification): string | undefined {
  const { reason, alerts, createdAtMs, alertCount } = notification;
  const [lead] = alerts;
  const openMs = lead === undefined ? 0 : createdAtMs - lead.alert.openedAtMs;
  const it = alertCount === 1 ? 'it' : 'them';
  const since = `for ${roughSpan(openMs)}`;
  switch (reason) {
    case 'first':
      return undefined;
    case 'update':
      return growth(notification);
    case 'reminder':
      return `Reminder: nobody has acknowledged ${it} ${since}.`;
    case 'escalation':
      return `You are told because nobody else has acknowledged ${it} ${since}.`;
    case 'digest':
      return 'This is your digest: what came together since the last one.';
    case 'summary':
      return `So much came at once that it is told in one message rather than in ${wholeNumber(alertCount)}. None is left out.`;
    case 'closed':
      return `Somebody has closed ${it}: what you were told before is over.`;
    case 'channel_failing':
      return 'You are told because the one who should have been can not be reached.';
    case 'test':
      return 'This is a test that somebody asked for: nothing happened, and nothing waits. An alert looks like this:';
  }
}

/** "3 more since 11:45 UTC, now 5." where that is known, else that there are more. */
function growth({ alerts, alertCount, lastToldAtMs, createdAtMs }: Notification): string {
  const since =
    lastToldAtMs === undefined ? 'since you were told' : `since ${utcClock(lastToldAtMs, createdAtMs)}`;
  const [lead] = alerts;
  if (alertCount > 1 || lead === undefined) {
    const fresh = alerts.filter(({ toldRevision }) => toldRevision === 0).length;
    return fresh === 0 ? `They have grown ${since}.` : `${counted(fresh, 'more alert')} ${since}.`;
  }
  const more = lead.toldTransactions === undefined ? 0 : lead.alert.transactions - lead.toldTransactions;
  // What didn't grow woke from a snooze.
  if (lead.toldTransactions !== undefined && more === 0)
    return `It waits for somebody again: nothing more ${since}, still ${wholeNumber(lead.alert.transactions)}.`;
  return `${more > 0 ? `${wholeNumber(more)} more` : 'More'} ${since}, now ${wholeNumber(lead.alert.transactions)}.`;
}

/** What comes next if nobody acts, the soonest first, each as a sentence with its time in UTC. */
export function nextSentences(notification: Notification): readonly string[] {
  const { next, createdAtMs, alertCount, reason } = notification;
  if (next.length === 0) return [nothingNext(reason, alertCount)];
  return next.map((one) => sentenceOf(one, createdAtMs, alertCount === 1 ? 'it' : 'them'));
}

function nothingNext(reason: NotificationReason, alertCount: number): string {
  if (reason === 'test') return 'Nothing comes after it.';
  if (reason === 'closed') return `Nothing more is told of ${alertCount === 1 ? 'it' : 'them'}.`;
  return 'Nothing more is told unless something joins it.';
}

function sentenceOf({ why, atMs, receivers }: NextTold, nowMs: number, it: string): string {
  const at = `${utcClock(atMs, nowMs)} (in ${roughSpan(atMs - nowMs)})`;
  const to = receivers.length === 0 ? '' : ` to ${listed(receivers)}`;
  switch (why) {
    case 'update':
      return `If more comes: an update${to}, not before ${at}.`;
    case 'reminder':
      return `If nobody acknowledges ${it}: a reminder${to} at ${at}.`;
    case 'escalation':
      return `If nobody acknowledges ${it}: an escalation${to} at ${at}.`;
    case 'digest':
      return `The next digest${to}: ${at}.`;
  }
}

/** The shortest beginnings that tell the ids of a notification apart, at least 8 hex digits, as the command takes them. */
export function shortIds({ alerts, moreAlertIds }: Notification): (alertId: string) => string {
  const ids = [...new Set([...alerts.map(({ alert }) => alert.alertId), ...moreAlertIds])];
  let digits = 8;
  while (digits < 64 && new Set(ids.map((id) => id.slice(0, digits))).size < ids.length) digits += 1;
  return (alertId) => alertId.slice(0, digits);
}

const hasSomebody = ({ state }: Alert): boolean => state === 'acknowledged' || state === 'investigating';

/** What the reader can do: commands, each with what it is for. */
export function actionsOf(
  notification: Notification,
): readonly (readonly [command: string, purpose: string])[] {
  const { alerts, failing, reason, alertCount } = notification;
  const weir = (words: string): string => `npx weir alerts ${words}`;
  if (failing !== undefined)
    return [
      [weir('failed'), 'what could not be delivered, and why'],
      [weir('retry --all'), 'sends it again, once the channel is well'],
    ];
  const [lead] = alerts;
  if (lead === undefined || reason === 'test') return [];
  const id = shortIds(notification)(lead.alert.alertId);
  const show = weir(`show ${id}`);
  if (alertCount > 1) return actionsOfMany(notification, weir);
  const release = [weir(`release ${id} --reason "…"`), 'lets it go; may need a second person'] as const;
  if (lead.alert.state === 'closed')
    return [
      [show, 'all of it; opening evidence is audited'],
      ...(waitingIn(lead.alert) > 0 && lead.alert.outcome !== 'true_positive' ? [release] : []),
      [weir(`reopen ${id} --reason "…"`), 'where it is not over after all'],
    ];
  return [
    [show, 'all of it; opening evidence is audited'],
    ...(hasSomebody(lead.alert) ? [] : ([[weir(`ack ${id}`), 'you have it: no more reminders']] as const)),
    ...(waitingIn(lead.alert) > 0 ? [release] : []),
    [weir(`close ${id} --as false-positive --reason "…"`), 'or true-positive: it is done'],
    [weir(`snooze ${id} --for 8h --reason "…"`), 'quiet for a while'],
  ];
}

/** So many alerts a listing shows unless it is told otherwise, and at most. */
const [usuallyListed, mostListed] = [50, 10_000];

/** Of several alerts: list them, look at the gravest, take all of them on. A case is named by its whole id. */
function actionsOfMany(
  notification: Notification,
  weir: (words: string) => string,
): readonly (readonly [command: string, purpose: string])[] {
  const { alerts, alertCount } = notification;
  const ids = alerts.map(({ alert }) => shortIds(notification)(alert.alertId));
  const together = caseOf(notification);
  const all = alerts.length === alertCount ? ids.join(' ') : '<id> …';
  // What is closed is listed only where it is asked for.
  const state = notification.reason === 'closed' ? ' --state closed' : '';
  const listing = `${state}${together === undefined ? linesFor(alertCount) : ` --case ${together.caseId}`}`;
  return [
    [weir(`list${listing}`), 'all of them, and how they stand'],
    [weir(`show ${ids[0] ?? '<id>'}`), 'the gravest; opening evidence is audited'],
    ...(notification.reason === 'closed'
      ? []
      : ([[weir(`ack ${all}`), 'you have them: no more reminders']] as const)),
  ];
}

const linesFor = (alertCount: number): string =>
  alertCount > usuallyListed ? ` --lines ${Math.min(alertCount, mostListed)}` : '';

/** The case that all of a notification's alerts are in; undefined where there is none. */
function caseOf({ alerts, cases, moreAlertIds }: Notification): AlertCase | undefined {
  const [lead] = alerts;
  const caseId = lead?.alert.caseId ?? undefined;
  const isOne = moreAlertIds.length === 0 && alerts.every(({ alert }) => alert.caseId === caseId);
  return isOne ? cases.find((one) => one.caseId === caseId) : undefined;
}

/** What holds the alerts together, where it is more than that they came together. */
export function togetherWords(notification: Notification): string | undefined {
  const together = notification.alertCount > 1 ? caseOf(notification) : undefined;
  if (together === undefined) return undefined;
  const kinds = new Set(together.links.map((link) => link.split(' ')[0]));
  const what = [
    ...(kinds.has('counterparty') ? ['the same counterparty'] : []),
    ...(kinds.has('rule') ? ['the same rule'] : []),
  ];
  return what.length === 0 ? undefined : upperFirst(`${listed(what)}: one case.`);
}
