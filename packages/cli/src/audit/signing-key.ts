import { kmsAccessOf } from '@weir/connections';
import { createAwsSigner } from '@weir/kms';
import { checkKmsFields, kmsFields, loadConfig } from '@weir/runtime';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { opsEnvironment } from '../ops/connect-ops.ts';

const signingConfig = z.object({ ...kmsFields, AUDIT_SIGNING_KEY: z.string().min(1) }).check(checkKmsFields);

/** The public key that checkpoints are signed with, in PEM, asked of the KMS in the role of ops. */
export async function publicKeyPem({ env, home }: Pick<CommandContext, 'env' | 'home'>): Promise<string> {
  const config = loadConfig(signingConfig, opsEnvironment(env, home), { secrets: [] });
  const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: config.AUDIT_SIGNING_KEY });
  try {
    return await signer.publicKeyPem();
  } finally {
    signer.close();
  }
}
