/** When an episode ends. */
export type EpisodeSettings = {
  /** So long after its last event. */
  readonly quietMinutes: number;
  /** So long after its first, whatever comes. */
  readonly mostHours: number;
};

/** What makes a case. */
export type CaseSettings = {
  /** Alerts with one counterparty within so many days. */
  readonly counterpartyDays: number;
  /** Alerts of one rule from so many accounts within so many minutes. */
  readonly ruleAccounts: number;
  readonly ruleMinutes: number;
};

/** As the routing document says them. */
export type IntakeSettings = { readonly episode: EpisodeSettings; readonly cases: CaseSettings };

export const episodeDefaults: EpisodeSettings = { quietMinutes: 60, mostHours: 24 };
export const caseDefaults: CaseSettings = { counterpartyDays: 7, ruleAccounts: 3, ruleMinutes: 60 };

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
