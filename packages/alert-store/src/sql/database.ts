/** Runs one statement with its values and answers its rows. Whole numbers come as numbers, bytes as Uint8Array. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** A PostgreSQL, embedded or a server. Errors are those of `explainDatabaseError`. */
export type Database = {
  /** A statement for itself: committed when it resolves. */
  readonly query: Query;
  /**
   * Runs `begin`, the statements of `opening`, the work and `commit`. After a conflict all of it runs again,
   * boundedly; what the work throws is thrown on after a rollback.
   */
  readonly transaction: <Result>(opening: string, work: (query: Query) => Promise<Result>) => Promise<Result>;
  readonly close: () => Promise<void>;
};
