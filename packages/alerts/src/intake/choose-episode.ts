import type { Alert } from '../model.ts';
import { hourMs, minuteMs } from './settings.ts';
import type { EpisodeSettings } from './settings.ts';

type Episodes = {
  readonly eventAtMs: number;
  readonly present: Alert | undefined;
  readonly past: Alert | undefined;
  readonly settings: EpisodeSettings;
};

/** The alert that it joins, or the lane in which it begins one; and the alert whose episode is over by that. */
type Choice = {
  readonly lane: 'present' | 'past';
  readonly joins: Alert | undefined;
  readonly ends: Alert | undefined;
};

/**
 * Which episode an event belongs to, by event time alone. One from before the present episode doesn't end it:
 * it goes to a lane of its own, in which what comes late makes episodes as it would have in time.
 */
export function chooseEpisode({ eventAtMs, present, past, settings }: Episodes): Choice {
  const fits = (alert: Alert | undefined): boolean =>
    alert !== undefined && fitsIn(alert, eventAtMs, settings);
  if (present === undefined || fits(present)) return { lane: 'present', joins: present, ends: undefined };
  if (eventAtMs > present.lastEventAtMs) return { lane: 'present', joins: undefined, ends: present };
  if (past === undefined || fits(past)) return { lane: 'past', joins: past, ends: undefined };
  return { lane: 'past', joins: undefined, ends: past };
}

/** Whether it comes so soon before, in or after the episode that it is one with it, and leaves it short enough. */
function fitsIn(
  { firstEventAtMs, lastEventAtMs }: Alert,
  eventAtMs: number,
  { quietMinutes, mostHours }: EpisodeSettings,
): boolean {
  const quietMs = quietMinutes * minuteMs;
  const isNear = eventAtMs >= firstEventAtMs - quietMs && eventAtMs <= lastEventAtMs + quietMs;
  const lastsMs = Math.max(eventAtMs, lastEventAtMs) - Math.min(eventAtMs, firstEventAtMs);
  return isNear && lastsMs <= mostHours * hourMs;
}
