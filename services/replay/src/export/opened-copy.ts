import type { CopiedRecord } from '../copy/copy-target.ts';

/** A record that was opened. */
export type OpenedCopy = CopiedRecord & { readonly opened: NonNullable<CopiedRecord['opened']> };
