import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DependencyTimeoutException,
  DisabledException,
  IncorrectKeyException,
  InvalidCiphertextException,
  KeyUnavailableException,
  KMSInternalException,
  KMSInvalidStateException,
  KMSServiceException,
  NotFoundException,
} from '@aws-sdk/client-kms';
import { type ErrorCode, WeirError } from '@weir/contracts';
import { fromAwsError } from './aws-error.ts';

const described = { message: 'precious', $metadata: { httpStatusCode: 400, requestId: 'r-1' } };

/** An error the SDK has no class for, as it makes them. */
function unmodeled(name: string, httpStatusCode = 400): Error {
  return new KMSServiceException({
    name,
    $fault: 'client',
    message: 'precious',
    $metadata: { httpStatusCode },
  });
}

function systemError(code: string): Error {
  return Object.assign(new Error('precious'), { code, $metadata: { attempts: 1 } });
}

function named(name: string): Error {
  return Object.assign(new Error('precious'), { name });
}

function unparsed(httpStatusCode: number): Error {
  return Object.assign(new SyntaxError('precious'), { $metadata: { httpStatusCode } });
}

const cases: readonly (readonly [ErrorCode, readonly Error[]])[] = [
  ['kms_key_disabled', [new DisabledException(described)]],
  ['kms_key_pending_deletion', [new KMSInvalidStateException(described)]],
  ['kms_key_not_found', [new NotFoundException(described), unmodeled('InvalidArnException')]],
  [
    'kms_ciphertext_invalid',
    [new IncorrectKeyException(described), new InvalidCiphertextException(described)],
  ],
  [
    'kms_denied',
    [
      unmodeled('AccessDeniedException'),
      unmodeled('InvalidSignatureException'),
      unmodeled('UnrecognizedClientException'),
      unmodeled('ExpiredTokenException'),
      unmodeled('ValidationException'),
      named('CredentialsProviderError'),
    ],
  ],
  [
    'kms_unavailable',
    [
      new KMSInternalException(described),
      new DependencyTimeoutException(described),
      new KeyUnavailableException(described),
      unmodeled('ThrottlingException'),
      unmodeled('TooManyRequestsException', 429),
      unmodeled('Unknown', 500),
      unmodeled('Unknown', 503),
      unparsed(502),
      unparsed(200),
      systemError('ECONNREFUSED'),
      systemError('ECONNRESET'),
      systemError('ENOTFOUND'),
      systemError('CERT_HAS_EXPIRED'),
      named('AbortError'),
      named('TimeoutError'),
    ],
  ],
];

for (const [code, errors] of cases) {
  test(`${errors.map((error) => error.name).join(', ')} becomes ${code}`, () => {
    for (const error of errors) {
      const mapped = fromAwsError('Decrypt', 'alias/a', error);
      assert.ok(mapped instanceof WeirError, String(mapped));
      assert.equal(mapped.code, code);
    }
  });
}

test('the error names the operation, the key, the reason and the request', () => {
  const mapped = fromAwsError('Decrypt', 'alias/a', new DisabledException(described));
  assert.ok(mapped instanceof WeirError);
  assert.equal(mapped.message, 'KMS Decrypt with alias/a: DisabledException (request r-1)');
});

test('nothing the SDK quotes from an answer is passed on', () => {
  for (const error of cases.flatMap(([, errors]) => errors)) {
    const mapped = fromAwsError('Decrypt', 'alias/a', error);
    assert.ok(mapped instanceof WeirError);
    assert.doesNotMatch(mapped.message, /precious/);
    assert.equal(mapped.cause, undefined);
  }
});

test('a bug comes back as it is', () => {
  const bugs = [
    new TypeError('x is not a function'),
    Object.assign(new TypeError('bad argument'), { code: 'ERR_INVALID_ARG_TYPE', $metadata: {} }),
    new Error('no answer, no code'),
    'a thrown string',
  ];
  for (const bug of bugs) assert.equal(fromAwsError('Decrypt', 'alias/a', bug), bug);
});
