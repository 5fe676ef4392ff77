import type { Severity } from '@weir/contracts';

/** One piece of a section. All texts are plain; each rendering escapes them in its own way. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: 'commands'; readonly rows: readonly (readonly [command: string, purpose: string])[] };

export type Section = { readonly title: string; readonly blocks: readonly Block[] };

/** What a mail says, once for both of its parts. */
export type MailDocument = {
  readonly subject: string;
  readonly severity: Severity;
  readonly headline: string;
  readonly sections: readonly Section[];
  readonly footer: string;
};
