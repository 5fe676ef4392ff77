/**
 * The errors this server answers with and their HTTP status, as in the AWS KMS
 * API reference; the ones about signatures and bodies are of AWS's front door.
 */
const statusByType = {
  AccessDeniedException: 400,
  AlreadyExistsException: 409,
  DisabledException: 409,
  IncompleteSignatureException: 400,
  IncorrectKeyException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  InvalidSignatureException: 400,
  KMSInternalException: 500,
  KMSInvalidStateException: 409,
  LimitExceededException: 400,
  MissingAuthenticationTokenException: 400,
  NotFoundException: 404,
  RequestEntityTooLargeException: 413,
  SerializationException: 400,
  UnknownOperationException: 400,
  UnrecognizedClientException: 400,
  UnsupportedOperationException: 400,
  ValidationException: 400,
} as const;

export type KmsErrorType = keyof typeof statusByType;

/** A refusal the caller is told about. Its message names keys and fields, never a value. */
export class KmsError extends Error {
  readonly type: KmsErrorType;

  constructor(type: KmsErrorType, message: string) {
    super(message);
    this.name = 'KmsError';
    this.type = type;
  }

  get status(): number {
    return statusByType[this.type];
  }
}
