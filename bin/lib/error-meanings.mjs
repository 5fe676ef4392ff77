// What each code means, in a sentence, for the generated page of codes. A code
// of the program without one here fails the check, and so does one here that
// the program doesn't have.

/** Of the operational errors; see errors.ts. */
export const errorMeanings = {
  config_invalid: 'A variable, option or file is missing or wrong; the message names it.',
  kms_unavailable: 'The KMS is out of reach, or asks to be left alone for a moment.',
  kms_denied: 'The KMS refuses the caller.',
  kms_key_not_found: 'The KMS has no such key.',
  kms_key_disabled: 'The key is disabled.',
  kms_key_pending_deletion: 'The key waits for its deletion.',
  kms_ciphertext_invalid: "The KMS doesn't recognise a data key: not made for this stream and environment.",
  broker_unavailable: 'Kafka is out of reach.',
  publish_outcome_unknown: 'The answer to a commit was lost; what became of it is looked up.',
  partition_fenced: 'Another worker has taken the partition over.',
  partition_revoked: 'The group has given the partition to another worker.',
  topic_mismatch: "A topic isn't there, has another partition count, or holds what can't be read.",
  redis_unavailable: 'Redis is out of reach, or full.',
  redis_policy_unsafe: 'Redis may evict keys, and with them windows.',
  position_moved: "A stored position isn't where it was left.",
  windows_damaged: "Redis lost or altered part of an account's windows; they are rebuilt.",
  log_unnamed: "The log doesn't begin with its name.",
  log_other: 'Windows, position or journal belong to another log.',
  log_partition_count_changed: 'The log was made with another number of partitions.',
  log_truncated: 'A position lies outside of the log.',
  artefact_unknown: "The log asks for a version nobody has, or for two that don't fit together.",
  mail_unavailable: 'The mail relay is away.',
  mail_refused: 'The mail relay refuses a mail for good; its partition waits.',
  webhook_unavailable: "The webhook's receiver is away; its partition waits.",
  webhook_refused: "The webhook's receiver refuses a delivery for good; after three attempts it is left.",
  audit_unavailable: "What must not happen unrecorded couldn't be recorded, and so wasn't done.",
  audit_damaged: "The audit trail isn't what its notary left.",
  outcomes_overflow: 'More outcomes were reported than the learner may keep in memory.',
  position_out_of_range: "A subscriber's position isn't on the topic.",
  record_unreadable: "A subscriber met a record that it can't open or understand.",
  processing_failed: 'One record keeps failing, also alone; it is refused.',
};

/** Of the reasons why a subscription ends that are no operational errors of Weir. */
export const subscriptionMeanings = {
  handler_failed: "The subscriber's own handler threw, as often as it may.",
  position_invalid: "What the subscriber's database has is no position.",
};

/** Of the reasons why a record is refused; see rejection.ts. */
export const rejectionMeanings = {
  record_too_large: 'The record is larger than one may be.',
  not_utf8: "Its bytes aren't UTF-8.",
  not_json: "It isn't one JSON object.",
  not_csv: "It isn't a line of CSV with the columns of the others.",
  field_missing: "A field that is needed isn't there.",
  field_unknown: "A field that the contract doesn't know.",
  field_type: 'A field is of another type, such as a number instead of text.',
  field_format: "A field isn't written as it has to be.",
  field_too_long: 'A text is longer than it may be.',
  control_character: 'A text holds a control character.',
  card_number: 'A text holds a full card number.',
  iban_invalid: 'The check digits of an IBAN are wrong.',
  currency_unknown: 'There is no such currency.',
  amount_not_positive: 'The amount is zero or negative; the direction has a field of its own.',
  amount_precision: 'The amount has more decimals than its currency.',
  amount_too_large: 'The amount is larger than any may be.',
  date_impossible: 'There is no such date or time.',
  date_out_of_range: 'The date lies outside of what can be meant.',
  date_in_future: 'It claims to have happened further ahead than the clock allows.',
  null_value: 'The record has no value.',
  headers_invalid: 'Its headers are not those that Weir writes.',
  not_sealed: "It isn't sealed.",
  unsupported_suite: 'It is sealed in a way this release does not know.',
  malformed_envelope: 'Its envelope is damaged.',
  key_not_allowed: "It names a key that isn't allowed for its stream; the KMS was not asked.",
  wrapped_key_invalid: 'Its data key was made for another stream or environment, or by nobody.',
  commitment_mismatch: 'Parts of different records were put together.',
  authentication_failed: 'It was changed, or copied from another place.',
  contract_violation: "It opened, and what it says doesn't fit its contract or its partition.",
  conflicting_duplicate: 'Its account already has a transaction of this id with other content.',
  processing_failed: 'No verdict on it could be made or published.',
};

/** Of the alerts, and of the reasons to hold a transaction that come from no rule. */
export const alertMeanings = {
  unusual_transactions: 'Rules found transactions unusual for their account, or they could not be judged.',
  refused_record: 'A record on a topic was refused for one of the codes below that alert.',
};
export const builtInMeanings = {
  late: 'It came in later than the windows allow for.',
  future_dated: 'It claims to have happened later than it came in.',
  rule_failed: 'A rule could not be evaluated.',
  model_failed: "A team's own model gave no score.",
};

/** Of the numbers a process ends with, by their names in the code. */
export const workerExitMeanings = {
  stopped: 'It did all its work, or was asked to stop.',
  internalBug: 'A bug, or an error nobody has named. Its supervisor starts it again; report its last line.',
  temporaryFailure:
    'Something outside stayed away, or the stop took too long. Its supervisor starts it again.',
  halted: 'A person has to act: the last line of its log has the code. It is not started again.',
  configurationInvalid: 'The configuration is wrong. It is not started again.',
};
export const commandExitMeanings = {
  done: 'It is done.',
  notAsItShouldBe: "It ran, and what it looked at isn't as it should be.",
  usage: 'The command was given wrongly.',
  notRunning: 'Nothing runs here that could be asked.',
  bug: 'A bug: its stack is shown, to be reported.',
  tryAgain: "A part can't be reached just now; the same command may succeed later.",
  configuration: 'The configuration is wrong.',
};
