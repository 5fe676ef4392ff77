/**
 * Why a record was refused. The list is closed: people, dashboards and the
 * re-drive of rejected records rely on it. A code never carries a value, only
 * a field path stands beside it.
 */
export const rejectionCodes = [
  // What was offered to ingest.
  'record_too_large',
  'not_utf8',
  'not_json',
  'not_csv',
  'field_missing',
  'field_unknown',
  'field_type',
  'field_format',
  'field_too_long',
  'control_character',
  'card_number',
  'iban_invalid',
  'currency_unknown',
  'amount_not_positive',
  'amount_precision',
  'amount_too_large',
  'date_impossible',
  'date_out_of_range',
  'date_in_future',
  // What stood on a topic of ours.
  'null_value',
  'headers_invalid',
  'not_sealed',
  'unsupported_suite',
  'malformed_envelope',
  'key_not_allowed',
  'wrapped_key_invalid',
  'commitment_mismatch',
  'authentication_failed',
  'contract_violation',
  'conflicting_duplicate',
  'processing_failed',
] as const;

export type RejectionCode = (typeof rejectionCodes)[number];

/**
 * The codes that mean somebody other than Weir wrote or changed a record, used
 * an identity twice, or sent what no verdict could be made of. They are told to
 * the security team, not only to ops.
 */
export const securityRejectionCodes: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'null_value',
  'headers_invalid',
  'not_sealed',
  'unsupported_suite',
  'malformed_envelope',
  'key_not_allowed',
  'wrapped_key_invalid',
  'commitment_mismatch',
  'authentication_failed',
  'contract_violation',
  'conflicting_duplicate',
  'processing_failed',
]);

/** One thing that is wrong with a record, and where: `path` is a field path such as "account.iban", or "" for the whole record. */
export type Rejection = { readonly code: RejectionCode; readonly path: string };
