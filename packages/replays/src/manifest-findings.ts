/** What can be wrong with a manifest, said of the line. */
const sentences = {
  header_malformed: 'does not begin a manifest, so nothing else of the file can be checked.',
  plan_altered: 'holds a plan that is not the one with its hash.',
  line_unreadable: 'is no line of a manifest.',
  line_unfinished: 'has no line break: the file was cut off within it.',
  record_out_of_order: 'names a record that does not come behind the one before.',
  record_outside_plan: 'names a record that the plan does not reach.',
  end_missing: 'should be the end of the manifest: the file was cut off.',
  line_after_end: 'stands behind the end of the manifest.',
  planner_contradicted: 'names another planner than the plan does.',
  count_wrong: 'counts other records than there are: some were left out, or put in.',
  root_wrong: 'has another root than the records lead to: some were altered, left out or put in.',
  signature_wrong: 'has a wrong signature: what was signed was altered, or signed with another key.',
};

export type ManifestFindingCode = keyof typeof sentences;

/** A finding and the line it was found at; the first one is 1. */
export type ManifestFinding = { readonly code: ManifestFindingCode; readonly line: number };

/** A finding in a sentence. */
export const describeManifestFinding = ({ code, line }: ManifestFinding): string =>
  `Line ${String(line)} ${sentences[code]}`;
