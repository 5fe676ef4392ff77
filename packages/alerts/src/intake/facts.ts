import { systemTenant } from '@weir/contracts';
import type { CreditDebitIndicator, RejectionCode, Severity } from '@weir/contracts';
import type { RecordPlace } from '../model.ts';

/** What a held or flagged transaction brings to an alert: nothing that a person or a sender wrote. */
export type TransactionFacts = {
  readonly kind: 'transaction';
  readonly tenant: string;
  /** Pseudonyms of the account, and of (tenant, account, transaction id). */
  readonly account: string;
  readonly identity: string;
  readonly counterparty: string | null;
  readonly eventAtMs: number;
  readonly severity: Severity;
  readonly score: number;
  /** Ids of the rules and groups of features, each once. */
  readonly rules: readonly string[];
  /** Those of them that are rules of a ruleset: the groups of features, one of which every alert has, link nothing. */
  readonly linkingRules: readonly string[];
  readonly verdict: 'held' | 'cleared';
  readonly amountMinor: number;
  readonly currency: string;
  readonly creditDebitIndicator: CreditDebitIndicator;
  /** In the log. */
  readonly source: { readonly partition: number; readonly offset: number };
  /** On the held topic. */
  readonly kept: RecordPlace;
};

/** What a refused record brings: where it stood, and why and when it was refused. */
export type RefusedFacts = {
  readonly kind: 'refused';
  readonly environment: string;
  readonly code: RejectionCode;
  /** As its dead letter says; `time` is an instant as Weir writes it. */
  readonly origin: RecordPlace;
  readonly time: string;
  readonly kept: RecordPlace;
};

export type Facts = TransactionFacts | RefusedFacts;

/** The id of the entry that it becomes; of a refused record the place where it stood. */
export const entryIdOf = (facts: Facts): string =>
  facts.kind === 'transaction'
    ? facts.identity
    : `${facts.origin.topic}/${facts.origin.partition}/${facts.origin.offset}`;

/**
 * The keys that the open episode it may join has: that of the present one, and that of
 * transactions from before it, which come late and are kept apart so that they don't end it.
 */
export function episodeKeysOf(facts: Facts): readonly [present: string, past: string] {
  const present =
    facts.kind === 'transaction'
      ? `t ${facts.tenant} ${facts.account}`
      : `r ${facts.code} ${facts.origin.topic}`;
  return [present, `${present} past`];
}

export const tenantOf = (facts: Facts): string =>
  facts.kind === 'transaction' ? facts.tenant : systemTenant;

/** What may link it to other alerts, the nearest link first; of a refused record nothing. */
export const linksOf = (facts: Facts): readonly string[] =>
  facts.kind === 'refused'
    ? []
    : [
        ...(facts.counterparty === null ? [] : [`counterparty ${facts.counterparty}`]),
        ...facts.linkingRules.map((rule) => `rule ${rule}`),
      ];
