/** What the files of a bundle are called, and what each is for, in the order somebody reads them. */
export const casePaths = {
  page: 'index.html',
  transactions: 'transactions.ndjson',
  verdicts: 'verdicts.ndjson',
  alerts: 'alerts.json',
  auditEntries: 'audit.ndjson',
  auditProofs: 'audit-proofs.ndjson',
  auditKey: 'audit.pem',
  manifest: 'replay/manifest.ndjson',
  report: 'replay/report.json',
  reportPage: 'replay/report.html',
  replayKey: 'replay.pem',
} as const;

/** What the index can't name: itself, and what is signed of it. */
export const signedPaths = { index: 'index.json', claim: 'index.claim', signature: 'index.sig' } as const;

/** The files of a bundle by their paths. */
export type CaseFiles = ReadonlyMap<string, Uint8Array>;
