import type { Alert, AlertCase, AlertChange, AlertEntry } from '../model.ts';
import type { Facts } from './facts.ts';
import type { IntakeSettings } from './settings.ts';

/** One batch, and everything kept that it may have to do with. */
export type TakeIn = {
  /** In the order of their offsets. */
  readonly findings: readonly Facts[];
  /** The alerts whose episodes have one of `episodeKeysOf` the findings and are not over. */
  readonly open: readonly Alert[];
  /** Those of the findings' entry ids that are in an alert already. */
  readonly known: ReadonlySet<string>;
  /** The cases of the findings' tenants that have one of their links and are not over. */
  readonly cases: readonly AlertCase[];
  /**
   * Alerts of the findings' tenants that share one of their links: a counterparty among `counterparties`, or a
   * rule among `rules`. Those whose last event is as near to a finding's as the settings say for such a link;
   * of one link the newest 50 are enough.
   */
  readonly recent: readonly Alert[];
  readonly settings: IntakeSettings;
  readonly nowMs: number;
};

/** What a batch leads to. Everything is to be written in one transaction, with the position behind it. */
export type TakenIn = {
  /** Alerts that something joined or that joined a case: each in its next revision. */
  readonly alerts: readonly Alert[];
  /** Alerts whose episode is over, in the revision they had: to be saved before `alerts`, and told to nobody. */
  readonly ended: readonly Alert[];
  readonly entries: readonly AlertEntry[];
  readonly changes: readonly AlertChange[];
  readonly cases: readonly AlertCase[];
};
