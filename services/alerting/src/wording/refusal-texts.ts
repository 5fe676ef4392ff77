import type { RejectionCode } from '@weir/contracts';

/** What a refusal says to a security analyst. */
export type RefusalText = {
  /** Ends the subject: "A record was refused: ...". */
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
};

const whoMayWrite =
  'Find out who wrote it: look at who may write to the topic, and at the access log of the brokers around the time above.';

/** The texts of the codes that mean tampering; see securityRejectionCodes. */
const texts: Partial<Record<RejectionCode, RefusalText>> = {
  processing_failed: {
    title: 'it could not be processed',
    meaning:
      'The record was read, but no verdict on it could be made or published, however often it was tried. It was neither cleared nor held.',
    advice:
      'Look at the transaction by hand, and report the record to the makers of Weir: this should not happen with any input.',
  },
  null_value: {
    title: 'it has no value',
    meaning: 'The record has a key but no value. Weir never writes such a record.',
    advice: whoMayWrite,
  },
  headers_invalid: {
    title: 'its headers are not those of Weir',
    meaning:
      'The value looks sealed, but a header that it is bound to is missing, doubled or malformed. Weir always writes all of them.',
    advice: whoMayWrite,
  },
  not_sealed: {
    title: 'it is not sealed',
    meaning:
      'The value is not encrypted. Weir seals everything it writes, so this record was written by somebody or something else.',
    advice: `${whoMayWrite} Its content may be somebody's personal data in clear.`,
  },
  unsupported_suite: {
    title: 'it is sealed in an unknown way',
    meaning: 'The value names a way of sealing that this release does not know.',
    advice:
      'If a newer release of Weir is being rolled out, its workers were started in the wrong order. If not, treat it as written by a stranger.',
  },
  malformed_envelope: {
    title: 'its envelope is damaged',
    meaning: 'The value begins like a sealed one, but was cut short or has lengths that make no sense.',
    advice: whoMayWrite,
  },
  key_not_allowed: {
    title: 'it is sealed under a foreign key',
    meaning:
      'The record names a KMS key that is not allowed for this topic. The KMS was not asked, and nothing was opened.',
    advice:
      'If the key was replaced lately, add the new one to KMS_KEYS of the readers. If not, somebody sealed a record under a key of their own.',
  },
  wrapped_key_invalid: {
    title: 'its data key is not for this topic',
    meaning:
      'The KMS did not recognise the data key in the record: it was made for another topic, another environment, or by nobody.',
    advice: whoMayWrite,
  },
  commitment_mismatch: {
    title: 'its parts do not belong together',
    meaning:
      'The data key is not the one that the record commits to: parts of different records were put together.',
    advice: `${whoMayWrite} This does not happen by accident.`,
  },
  authentication_failed: {
    title: 'it was changed or moved',
    meaning:
      'A byte of the record, its key or one of its headers is not what was sealed: it was changed, or copied from another topic, account or environment.',
    advice: `${whoMayWrite} Compare it with the record it was made from.`,
  },
  contract_violation: {
    title: 'its content breaks the contract',
    meaning:
      'The record opened, so whoever wrote it holds the right to seal for this topic, but what it says does not fit its own contract.',
    advice:
      'Look for a worker of another release. If there is none, take the credentials of the role that writes this topic for stolen.',
  },
  conflicting_duplicate: {
    title: 'a transaction id was used twice',
    meaning:
      'The account already has a transaction of this id with other content. The first one stands and has its verdict; this one was refused.',
    advice: 'Ask the sender which of the two is right, and why the id was used again.',
  },
};

const otherwise: RefusalText = {
  title: 'it can not be processed',
  meaning: 'The record could not be processed and was set aside.',
  advice: 'Look at the record and at the log of the worker that refused it.',
};

/** The text of a code; one for all that have none of their own. */
export const refusalText = (code: RejectionCode): RefusalText => texts[code] ?? otherwise;
