/** What is asked of the worker that runs the embedded database: one statement at a time. */
export type PgliteRequest = { readonly text: string; readonly values: readonly unknown[] };

export type PgliteAnswer =
  | { readonly kind: 'opened' }
  /** The folder can't be opened, with a sentence for people. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'rows'; readonly rows: readonly unknown[] }
  | { readonly kind: 'failed'; readonly code: string; readonly constraint: string };
