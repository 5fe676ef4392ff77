export { differenceOf } from './difference-of.ts';
export { differenceKinds, replayDifference } from './judgement.ts';
export type { DifferenceKind, JudgedPair, JudgedSubject, Judgement, ReplayDifference } from './judgement.ts';
export {
  endLine,
  headerLine,
  manifestEnd,
  manifestHeader,
  manifestSignedText,
  reportDigest,
  storedDigest,
} from './manifest.ts';
export type { ManifestClaim, ManifestEnd, ManifestHeader, ManifestLeaf } from './manifest.ts';
export { isJudged, leavesThePipeline, planHash, replayedStreams, replayPlan } from './plan.ts';
export type {
  ReplayedStream,
  ReplayedVersions,
  ReplayFilter,
  ReplayPlan,
  ReplayTarget,
  Stretch,
} from './plan.ts';
export { describeManifestFinding } from './manifest-findings.ts';
export type { ManifestFinding, ManifestFindingCode } from './manifest-findings.ts';
export { createManifestWriter, emptyManifest, manifestPosition } from './manifest-writer.ts';
export type { ManifestPosition, ManifestWriter } from './manifest-writer.ts';
export { verifyManifest } from './verify-manifest.ts';
export type { VerifiedManifest } from './verify-manifest.ts';
export { createComparison } from './comparison.ts';
export type { Comparison } from './comparison.ts';
export { comparisonState, differencesOf, emptyComparison, isClean } from './comparison-state.ts';
export type { ComparisonState } from './comparison-state.ts';
export { createProgressEstimate } from './progress.ts';
export type { Progress, ProgressEstimate } from './progress.ts';
export { createRateLimit } from './rate-limit.ts';
export type { RateLimit } from './rate-limit.ts';
export { copyPage } from './report/copy-page.ts';
export {
  anyReport,
  copyReportText,
  createCopyReport,
  handedOverInWords,
  unreadableInWords,
} from './report/copy-report.ts';
export type { AnyReport, CopyReport } from './report/copy-report.ts';
export { planInWords } from './report/plan-in-words.ts';
export { createReplayReport, replayReport, reportText } from './report/replay-report.ts';
export type { ReplayReport } from './report/replay-report.ts';
export { reportPage } from './report/report-page.ts';
export { createShownDifferences } from './report/shown-differences.ts';
export {
  replayAnswer,
  replayApproval,
  replayEnding,
  replayEstimate,
  replayListAnswer,
  replayProblem,
  replayRequest,
  replayStates,
} from './api/replays-api.ts';
export type {
  ReadReplayRequest,
  ReplayAnswer,
  ReplayEnding,
  ReplayEstimate,
  ReplayListAnswer,
  ReplayProblem,
  ReplayRequest,
  ReplayState,
} from './api/replays-api.ts';
export { replaysOpenApiDocument } from './api/replays-openapi.ts';
export {
  caseReadiness,
  caseSignatureAnswer,
  caseSignatureRequest,
  caseSignedText,
} from './case/case-claim.ts';
export type { CaseClaim, CaseReadiness, CaseSignatureAnswer } from './case/case-claim.ts';
export type { CaseAlert, CaseFacts, CaseRecord } from './case/case-facts.ts';
export { describeCaseFinding } from './case/case-findings.ts';
export { caseIndexText } from './case/case-index.ts';
export type { CaseIndex } from './case/case-index.ts';
export type { CaseTransaction } from './case/case-lines.ts';
export { casePage } from './case/case-page.ts';
export { casePaths, signedPaths } from './case/case-paths.ts';
export type { CaseFiles } from './case/case-paths.ts';
export { manifestPlaces } from './case/manifest-places.ts';
export type { ManifestPlace } from './case/manifest-places.ts';
export { verifyCase } from './case/verify-case.ts';
export type { VerifiedCase } from './case/verify-case.ts';
