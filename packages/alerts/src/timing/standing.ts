import type { Severity } from '@weir/contracts';
import type { Alert, GroupMember, NotificationGroup } from '../model.ts';
import type { Route } from '../routing/document.ts';
import { byGravity } from '../severity.ts';
import type { PlanGroup } from './plan.ts';
import { quietFinder } from './quiet.ts';
import type { Quiet } from './quiet.ts';
import { gatheredFor } from './group-key.ts';
import { closersOf, routeOf } from './routes-for.ts';

/** A member with its alert, and what keeps it quiet now. */
export type Present = {
  readonly member: GroupMember;
  readonly alert: Alert;
  readonly quiet: readonly Quiet[];
};

/** A group as it stands at this moment: without members of which nothing can come any more. */
export type Standing = {
  readonly route: Route;
  readonly group: NotificationGroup;
  readonly present: readonly Present[];
};

/** Looks at a group: who is still in it, who of them may be told of. */
export function standingOf(given: PlanGroup): Standing {
  const alerts = new Map(given.alerts.map((alert) => [alert.alertId, alert]));
  const quietOf = quietFinder(given);
  const route = routeOf(given.routing, given.group);
  const endsSomething = gatheredFor(given.group) === undefined && closersOf(given.routing, route).length > 0;
  const present = given.group.members.flatMap((member) => {
    const alert = alerts.get(member.alertId);
    if (alert === undefined) return [];
    if (alert.state === 'closed') return endsSomething ? closing(member, alert) : [];
    return isDone(member, alert) ? [] : [{ member, alert, quiet: quietOf(alert) }];
  });
  return { route, group: answered(given.group, present, given.nowMs), present };
}

/** Only that it is closed is told of it, and only where it was told before. */
const closing = (member: GroupMember, alert: Alert): readonly Present[] =>
  member.toldRevision === 0
    ? []
    : [{ member: { ...member, isOwed: false }, alert, quiet: [{ why: 'closed', untilMs: null }] }];

/** Over, told and in somebody's hands: nothing of it will be told here again, but that it is closed. */
const isDone = ({ isOwed }: GroupMember, { state, episodeEndedAtMs }: Alert): boolean =>
  !isOwed && episodeEndedAtMs !== null && (state === 'acknowledged' || state === 'investigating');

/** The group with its members as they are; once all that was told is answered, what waited for an answer begins anew. */
function answered(group: NotificationGroup, present: readonly Present[], nowMs: number): NotificationGroup {
  const members = present.map(({ member }) => member);
  // What is quiet is owed from when it may be told: else it would have what joins it told before its time.
  const mayBeTold = present.some((one) => isSpeaking(one) && one.member.isOwed);
  const owedSinceMs = mayBeTold ? (group.owedSinceMs ?? nowMs) : null;
  const now = { ...group, members, owedSinceMs, lastToldAtMs: lastToldOf(group, present) };
  return present.some(isUnanswered) ? now : { ...now, unansweredSinceMs: null, reminders: 0, escalations: 0 };
}

/** Nothing keeps those waiting who come once all that was told is gone: theirs is another story. */
export const lastToldOf = (
  { lastToldAtMs }: Pick<NotificationGroup, 'lastToldAtMs'>,
  present: readonly Present[],
): number | null => (present.some(({ member }) => member.toldRevision > 0) ? lastToldAtMs : null);

const isSpeaking = ({ quiet }: Present): boolean => quiet.length === 0;

/** Told, and nobody has said that they have seen it. */
export const isUnanswered = ({ member, alert }: Present): boolean =>
  member.toldRevision > 0 && alert.state === 'new';

/** What is new and may be told, the gravest first. */
export const owedOf = ({ present }: Standing): readonly Present[] =>
  gravestFirst(present.filter((one) => isSpeaking(one) && one.member.isOwed));

/** What was told and is closed since, which isn't told yet. */
export const closedOf = ({ present }: Standing): readonly Present[] =>
  present.filter(({ alert }) => alert.state === 'closed');

/** What was told, may be told again and waits for an answer, the gravest first. */
export const unansweredOf = ({ present }: Standing): readonly Present[] =>
  gravestFirst(present.filter((one) => isSpeaking(one) && isUnanswered(one)));

export const gravestFirst = (present: readonly Present[]): readonly Present[] =>
  present.toSorted((one, other) => byGravity(one.alert, other.alert));

/** Of the gravest: whether quiet hours let it through, and a limit its last place. */
export const severityOf = ([first]: readonly Present[]): Severity => first?.alert.severity ?? 'low';
