/** Rows by key, as one reader sees them. They go in and out as copies, so that no caller holds what is stored. */
export type Rows<Row> = {
  readonly get: (key: string) => Row | undefined;
  readonly set: (key: string, row: Row) => void;
  readonly delete: (key: string) => void;
  /** Copies of the rows that fit. */
  readonly find: (fits: (row: Row) => boolean) => Row[];
};

/** What is committed, and on top of it what one transaction has changed so far. */
export type LayeredTable<Row> = {
  /** What everybody sees. */
  readonly committed: Rows<Row>;
  /** What the running transaction sees. */
  readonly pending: Rows<Row>;
  readonly commit: () => void;
  readonly rollback: () => void;
};

/** A table in memory for transactions that run one after another. */
export function createLayeredTable<Row>(): LayeredTable<Row> {
  const base = new Map<string, Row>();
  /** Undefined stands for a row that the transaction deleted. */
  const changed = new Map<string, Row | undefined>();

  function* pendingRows(): IterableIterator<Row> {
    for (const [key, row] of base) if (!changed.has(key)) yield row;
    for (const row of changed.values()) if (row !== undefined) yield row;
  }

  return {
    committed: {
      get: (key) => structuredClone(base.get(key)),
      set: (key, row) => void base.set(key, structuredClone(row)),
      delete: (key) => void base.delete(key),
      find: (fits) => copiesOf(base.values(), fits),
    },
    pending: {
      get: (key) => structuredClone(changed.has(key) ? changed.get(key) : base.get(key)),
      set: (key, row) => void changed.set(key, structuredClone(row)),
      delete: (key) => void changed.set(key, undefined),
      find: (fits) => copiesOf(pendingRows(), fits),
    },
    commit: () => {
      for (const [key, row] of changed) {
        if (row === undefined) base.delete(key);
        else base.set(key, row);
      }
      changed.clear();
    },
    rollback: () => changed.clear(),
  };
}

/** Copies only what fits: most rows are looked at and not wanted. */
function copiesOf<Row>(rows: Iterable<Row>, fits: (row: Row) => boolean): Row[] {
  const found: Row[] = [];
  for (const row of rows) if (fits(row)) found.push(structuredClone(row));
  return found;
}
