import type { Actor, Alert, AlertAction, AlertChange, AlertOutcome, AlertState } from '../model.ts';
import { dayMs, hourMs, minuteMs } from '../intake/settings.ts';
import type { EpisodeSettings } from '../intake/settings.ts';

/** What somebody does about an alert. */
export type Act =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'investigate' }
  | { readonly kind: 'snooze'; readonly untilMs: number }
  | { readonly kind: 'close'; readonly outcome: AlertOutcome }
  | { readonly kind: 'reopen' };

/** Why an act can't be: a closed alert has to be reopened first, only a closed one can be, and a snooze ends later than now. */
export type ActProblem = 'alert_closed' | 'alert_not_closed' | 'until_not_ahead' | 'until_too_far';

/** A snooze is no way to close: so long it lasts at most. */
export const longestSnoozeMs = 30 * dayMs;

/** Without a change where it was said before: then nothing is to be written. */
export type Acted =
  | { readonly ok: true; readonly alert: Alert; readonly change: AlertChange | undefined }
  | { readonly ok: false; readonly problem: ActProblem };

/** What an alert becomes by an act, in its next revision. Saying it twice changes nothing more. */
export function act(alert: Alert, what: Act, actor: Actor, nowMs: number): Acted {
  if (what.kind === 'reopen') {
    if (alert.state !== 'closed')
      return alert.handledBy !== null && alert.state === 'investigating'
        ? { ok: true, alert, change: undefined }
        : { ok: false, problem: 'alert_not_closed' };
    return changed(alert, 'reopened', { state: 'investigating', outcome: null }, actor, nowMs);
  }
  if (what.kind === 'close') return closed(alert, what.outcome, actor, nowMs);
  if (alert.state === 'closed') return { ok: false, problem: 'alert_closed' };
  if (what.kind === 'snooze') return snoozed(alert, what.untilMs, actor, nowMs);
  const [state, action] =
    what.kind === 'acknowledge'
      ? (['acknowledged', 'acknowledged'] as const)
      : (['investigating', 'investigated'] as const);
  // Who investigates has acknowledged: to say that again takes nothing back.
  const isSaid = alert.state === state || (state === 'acknowledged' && alert.state === 'investigating');
  if (isSaid) return { ok: true, alert, change: undefined };
  return changed(alert, action, { state, snoozedUntilMs: null }, actor, nowMs);
}

function closed(alert: Alert, outcome: AlertOutcome, actor: Actor, nowMs: number): Acted {
  if (alert.state === 'closed')
    return alert.outcome === outcome
      ? { ok: true, alert, change: undefined }
      : { ok: false, problem: 'alert_closed' };
  const episodeEndedAtMs = alert.episodeEndedAtMs ?? nowMs;
  const to = { state: 'closed', outcome, snoozedUntilMs: null, episodeEndedAtMs } as const;
  return changed(alert, 'closed', to, actor, nowMs);
}

function snoozed(alert: Alert, untilMs: number, actor: Actor, nowMs: number): Acted {
  if (alert.state === 'snoozed' && alert.snoozedUntilMs === untilMs)
    return { ok: true, alert, change: undefined };
  if (!(untilMs > nowMs)) return { ok: false, problem: 'until_not_ahead' };
  if (untilMs > nowMs + longestSnoozeMs) return { ok: false, problem: 'until_too_far' };
  return changed(alert, 'snoozed', { state: 'snoozed', snoozedUntilMs: untilMs }, actor, nowMs);
}

/** The alert whose snooze is over, as new; undefined where it is not over, or there is none. */
export function wake(
  alert: Alert,
  nowMs: number,
): { readonly alert: Alert; readonly change: AlertChange } | undefined {
  const { state, snoozedUntilMs } = alert;
  if (state !== 'snoozed' || snoozedUntilMs === null || snoozedUntilMs > nowMs) return undefined;
  const to = { state: 'new', snoozedUntilMs: null } as const;
  return revised(alert, 'woke', to, { kind: 'weir', name: 'alerting' }, nowMs);
}

/**
 * The alert whose episode is over, in the revision it had; undefined where it is not. The
 * clock says so only once nothing joined it for as long either: while a backlog is taken in,
 * event times lie far back.
 */
export function endEpisode(alert: Alert, settings: EpisodeSettings, nowMs: number): Alert | undefined {
  const { episodeEndedAtMs, lastEventAtMs, openedAtMs, changedAtMs } = alert;
  if (episodeEndedAtMs !== null) return undefined;
  const quietMs = settings.quietMinutes * minuteMs;
  const isQuiet = Math.max(lastEventAtMs, changedAtMs) + quietMs < nowMs;
  // Acts change it too: none of them keeps an episode open for longer than it may last.
  const isOld = Math.max(lastEventAtMs, openedAtMs) + settings.mostHours * hourMs < nowMs;
  return isQuiet || isOld ? { ...alert, episodeEndedAtMs: nowMs } : undefined;
}

type Changed = Partial<
  Pick<Alert, 'outcome' | 'snoozedUntilMs' | 'episodeEndedAtMs'> & { state: AlertState }
>;

const changed = (
  alert: Alert,
  action: AlertAction,
  to: Changed,
  actor: Actor,
  nowMs: number,
): { readonly ok: true; readonly alert: Alert; readonly change: AlertChange } => ({
  ok: true,
  ...revised({ ...alert, handledBy: actor.name }, action, to, actor, nowMs),
});

function revised(
  alert: Alert,
  action: AlertAction,
  to: Changed,
  actor: Actor,
  nowMs: number,
): { readonly alert: Alert; readonly change: AlertChange } {
  const next: Alert = { ...alert, ...to, revision: alert.revision + 1, changedAtMs: nowMs };
  const { alertId, revision } = next;
  return {
    alert: next,
    change: {
      ...{ alertId, revision, atMs: nowMs, actor, action },
      ...{ from: alert.state, to: next.state, entryId: null },
    },
  };
}
