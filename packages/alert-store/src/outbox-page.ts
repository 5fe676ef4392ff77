/**
 * A page of the outbox ends with the record that brings it over so many bytes. A dead letter may have 4 MB:
 * a hundred of them, left lying while the topics can't be written to, are more than an embedded database answers.
 */
export const outboxPageBytes = 8 * 1_048_576;
