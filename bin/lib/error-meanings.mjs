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
  store_unavailable: "The database of the alerts can't be reached, or it gave no answer in time.",
  store_other: 'The database holds the alerts of another environment or log, or is of a newer release.',
  receiver_unavailable: 'The receiver that a replay drives can not be reached, or says to come again.',
  receiver_refused: 'The receiver that a replay drives takes a record under no circumstances.',
  audit_unavailable: "What must not happen unrecorded couldn't be recorded, and so wasn't done.",
  audit_damaged: "The audit trail isn't what its notary left.",
  outcomes_overflow: 'More outcomes were reported than the learner may keep in memory.',
  releases_overflow: 'More releases stand in a partition than detection may keep in mind.',
  position_out_of_range: "A subscriber's position isn't on the topic.",
  record_unreadable: "A subscriber met a record that it can't open or understand.",
  processing_failed: 'One record keeps failing, also alone; it is refused.',
};

/** Of the reasons why a subscription ends that are no operational errors of Weir. */
export const subscriptionMeanings = {
  handler_failed: "The subscriber's own handler threw, as often as it may.",
  position_invalid: "What the subscriber's database has is no position.",
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
