import { KMSClient } from '@aws-sdk/client-kms';

/** What the SDK allows itself when it is told nothing. */
const mostConnections = 50;

/** How to reach a KMS. Without `endpoint` it is AWS's own for the region. */
export type KmsAccess = {
  readonly endpoint?: string;
  readonly region: string;
  /** Authorities that the endpoint's certificate is checked against instead of the system's (PEM). */
  readonly caPem?: string | undefined;
  /** Without these the SDK's default chain finds them: role, environment, profile. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/**
 * A client that tries each request once. Retrying is done by `withRetry` alone:
 * two layers that both retry multiply their waits and hide each other.
 */
export function createKmsClient({ endpoint, region, credentials, caPem }: KmsAccess): KMSClient {
  return new KMSClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      httpsAgent: {
        keepAlive: true,
        maxSockets: mostConnections,
        minVersion: 'TLSv1.3',
        ...(caPem === undefined ? {} : { ca: caPem }),
      },
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    // A copy, because the SDK adds a property to the object it is given.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
  });
}
