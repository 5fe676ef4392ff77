import { apiFields, checkApiFields } from '@weir/access';
import {
  bytes,
  checkKafkaFields,
  checkKmsFields,
  count,
  crossFieldCheck,
  kafkaFields,
  kmsFields,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';

const absolutePath = () => z.string().regex(/^\//, { error: 'expected an absolute path' });

/** Everything that can be set about a replay worker. */
export const replayConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    REPLAY_DIR: absolutePath().describe(
      'The folder replays are kept in: plans, approvals, checkpoints, manifests, and sealed what holds pseudonyms or amounts. Of one process alone.',
    ),
    REPLAY_SIGNING_KEY: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/, {
        error: 'expected the ARN of a KMS key',
      })
      .describe('The key that signs manifests: ECC_NIST_P256, for signing and verifying.'),
    REPLAY_ALONE: z
      .enum(['compare', 'none'])
      .default('compare')
      .describe(
        'What one person may plan and run alone: "compare" is what only compares with the journal; with "none" another token approves every replay.',
      ),
    REPLAY_KEEP_DAYS: count(30, { min: 1, max: 3_650 }).describe(
      'How long a replay that has ended, or was never run, is kept with its report.',
    ),
    REPLAY_RECORDS_PER_SECOND: count(2_000, { min: 1, max: 1_000_000 }).describe(
      'How many records a second are read where a plan says nothing else, so that the live pipeline is not held up.',
    ),
    REPLAY_WINDOW_BYTES: bytes(268_435_456, { minBytes: 1_048_576 }).describe(
      'What the windows of a replay may take in memory where a plan says nothing else; accounts beyond it are judged in further passes.',
    ),
    REPLAY_RECEIVERS_FILE: absolutePath()
      .optional()
      .describe(
        'The file that names the receivers a replay may be handed over to (JSON, of its owner alone): [{name, url, tokenFile?, caFile?, timeoutSeconds?}]. Read again at each plan and run. Unset: none.',
      ),
    TEAM_MODEL_DIR: absolutePath()
      .optional()
      .describe(
        "The folder with the files of a team's own models, each named after its SHA-256: <sha256>.onnx. Needed to judge again where one was in force.",
      ),
    ...apiFields({
      called: 'the API of replays',
      port: 19_107,
      tokensFile: z
        .string()
        .min(1)
        .max(4_096)
        .describe(
          'The file that "weir tokens" keeps digests of tokens in; read again within a second of a change. While it is missing nobody is let in.',
        ),
    }),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(crossFieldCheck(checkApiFields));
export type ReplayConfig = Readonly<z.output<typeof replayConfig>>;
