/** What can be wrong with a bundle, said of the file it was found at. */
const sentences = {
  file_missing: 'is missing.',
  file_added: 'is not in the index: it was put in since.',
  file_repeated: 'is in the bundle more than once.',
  zip_other: 'is not packed as a case is: unpacked elsewhere, it may hold something else than was checked.',
  file_altered: 'is not the file that the index names: it was altered.',
  index_malformed: 'is no index of a case.',
  claim_malformed: 'is nothing that a replay would have signed.',
  signature_wrong: 'does not fit: what was signed was altered, or signed with another key.',
  index_altered: 'is not the one that was signed.',
  people_contradicted: 'names other people, another replay or another plan than what was signed.',
  key_other: 'is not the key it is checked with.',
  manifest_wrong: 'is not as it was signed: "weir replay verify" says what is wrong.',
  manifest_other: 'belongs to another case: its plan is not the one of the index.',
  report_other: 'is not the report that the manifest names.',
  lines_unreadable: 'holds a line that is none of a case.',
  records_other: 'does not name the records of the manifest, each once and in their order.',
  account_other: 'holds a record of another account.',
  audit_key_malformed: 'holds no public key on P-256.',
  audit_unproven: 'holds a proof that does not hold.',
  audit_other: 'does not hold the entries that are proven, each once and in their order.',
  audit_silent: 'does not say that this replay was approved, or that its case was exported, by who is named.',
  count_wrong: 'counts other than there are.',
};

export type CaseFindingCode = keyof typeof sentences;

/** A finding, and the path it was found at. */
export type CaseFinding = { readonly code: CaseFindingCode; readonly path: string };

/** A finding in a sentence. */
export const describeCaseFinding = ({ code, path }: CaseFinding): string => `${path} ${sentences[code]}`;
