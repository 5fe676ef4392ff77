import { type ErrorCode, WeirError } from '@weir/contracts';

/**
 * The names KMS and its front door answer with, and what each means to Weir.
 * Sources: the error lists of GenerateDataKey and Decrypt and the common errors
 * in the AWS KMS API reference. The SDK names an error with and without the
 * suffix "Exception" depending on where it arose, so both are looked up.
 */
const codeByName: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries({
    Disabled: 'kms_key_disabled',
    KMSInvalidState: 'kms_key_pending_deletion',
    NotFound: 'kms_key_not_found',
    InvalidArn: 'kms_key_not_found',
    IncorrectKey: 'kms_ciphertext_invalid',
    InvalidCiphertext: 'kms_ciphertext_invalid',
    AccessDenied: 'kms_denied',
    IncompleteSignature: 'kms_denied',
    InvalidSignature: 'kms_denied',
    UnrecognizedClient: 'kms_denied',
    MissingAuthenticationToken: 'kms_denied',
    ExpiredToken: 'kms_denied',
    CredentialsProviderError: 'kms_denied',
    Throttling: 'kms_unavailable',
    TooManyRequests: 'kms_unavailable',
    RequestTimeout: 'kms_unavailable',
    ServiceUnavailable: 'kms_unavailable',
    DependencyTimeout: 'kms_unavailable',
    KMSInternal: 'kms_unavailable',
    KeyUnavailable: 'kms_unavailable',
    AbortError: 'kms_unavailable',
    TimeoutError: 'kms_unavailable',
  } as const),
);

type AwsError = Error & {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
};

/**
 * Turns what the SDK threw into a WeirError; anything that is no answer and no
 * failure to get one comes back as it is, because it is a bug.
 *
 * The SDK's error is never kept as the cause and its message never repeated: for
 * an answer that is not JSON both quote the body, and the body of a Decrypt
 * answer holds a key.
 */
export function fromAwsError(operation: string, keyId: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const requestId = (error as AwsError).$metadata?.requestId;
  const where = requestId === undefined ? '' : ` (request ${requestId})`;
  return new WeirError(code, `KMS ${operation} with ${keyId}: ${reasonOf(error)}${where}`);
}

function codeOf(error: AwsError): ErrorCode | undefined {
  const named = codeByName.get(error.name.replace(/Exception$/, ''));
  if (named !== undefined) return named;
  if (error instanceof TypeError || error instanceof RangeError) return undefined;
  // Only the SDK's request pipeline adds $metadata, so without it the error arose elsewhere.
  if (error.$metadata === undefined) return undefined;
  const status = error.$metadata.httpStatusCode;
  if (status === undefined) return typeof error.code === 'string' ? 'kms_unavailable' : undefined;
  // A 200 that fails to parse comes from something between us and KMS.
  if (status === 429 || status >= 500 || error instanceof SyntaxError) return 'kms_unavailable';
  return 'kms_denied';
}

function reasonOf(error: AwsError): string {
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  if (error.name === 'AbortError') return 'no answer in time';
  return typeof error.code === 'string' ? error.code : error.name;
}
