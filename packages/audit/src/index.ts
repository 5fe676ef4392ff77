export { createAuditRecorder } from './audit-recorder.ts';
export type { AuditAct, AuditRecorder, AuditRecorderOptions, BegunAct } from './audit-recorder.ts';
export { auditRequestEvent } from './audit-request-event.ts';
export {
  checkpointEveryEntries,
  claimOf,
  entryLeaf,
  frontierOf,
  isSignedBy,
  readPublicKeys,
  signedText,
  trailName,
} from './checkpoint.ts';
export type { CheckpointClaim } from './checkpoint.ts';
export { describeFinding } from './findings.ts';
export type { Finding } from './findings.ts';
export { createMerkleTree, leafHash } from './merkle-tree.ts';
export type { Frontier, MerkleTree } from './merkle-tree.ts';
export { isProven, proveEntries, proveEntry, readProof } from './prove-entry.ts';
export type { EntryProof, ProofFailure } from './prove-entry.ts';
export { recordStart } from './record-start.ts';
export { refusedRecordRequest } from './refused-record-request.ts';
export { releasedTransactionRequest } from './released-transaction-request.ts';
export { encodeTrailLine, readTrailLines, trailLines } from './trail-file.ts';
export type { TrailLine } from './trail-file.ts';
export { leafOfEntry, verifyTrail } from './verify-trail.ts';
export type { ReadTrail, VerifiedTrail } from './verify-trail.ts';
