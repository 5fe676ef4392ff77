export { createAwsKeyProvider, type AwsKeyProvider, type AwsKeyProviderOptions } from './aws-key-provider.ts';
export { createAwsSigner, type AwsSigner } from './aws-signer.ts';
export { ensureKeys, ensureSigningKey } from './ensure-keys.ts';
export { createKeyAdmin, type KeyAdmin, type ManagedKey } from './key-admin.ts';
export { keysBehind } from './keys-behind.ts';
export type { KmsAccess } from './kms-client.ts';
export { withMetrics, type KeyCall } from './with-metrics.ts';
export { withRetry, type RetryOptions } from './with-retry.ts';
