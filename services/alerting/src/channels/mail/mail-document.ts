import type { Severity } from '@weir/contracts';
import type { AmountsChart } from './chart/amounts-chart.ts';

/** One piece of a section. All texts are plain; each rendering escapes them in its own way. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'commands'; readonly rows: readonly (readonly [command: string, purpose: string])[] }
  /** Several alerts, each with a line of its own and what there is to say about it. */
  | { readonly kind: 'alerts'; readonly alerts: readonly AlertBlock[] }
  | { readonly kind: 'chart'; readonly chart: AmountsChart };

export type AlertBlock = {
  readonly severity: Severity;
  readonly headline: string;
  readonly lines: readonly string[];
};

export type Section = {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** What is only there to be looked up stands in smaller letters. */
  readonly isFine?: boolean;
};

/** What is said of an alert, in the order it is told in. */
export type Told = {
  readonly happened: readonly Section[];
  readonly done: readonly Section[];
  readonly lookUp: readonly Section[];
};

/** What a mail says, once for both of its parts. */
export type MailDocument = {
  readonly subject: string;
  /** Undefined of a test, which is about nothing. */
  readonly severity: Severity | undefined;
  /** Why it comes, beside the severity; undefined the first time. */
  readonly label: string | undefined;
  /** Whether it waits for somebody; undefined where there is nothing to wait. */
  readonly standing: string | undefined;
  readonly headline: string;
  /** Why people are told now; undefined the first time. */
  readonly lead: string | undefined;
  readonly sections: readonly Section[];
  readonly footer: string;
};
