import type { KafkaConnection } from '@weir/kafka';
import type { KmsAccess } from '@weir/kms';
import { z } from 'zod';
import type { OnTransaction, Positions } from './delivery.ts';
import type { Notice } from './notices.ts';
import { SubscriptionError } from './subscription-error.ts';

export type SubscribeOptions = {
  /** What to subscribe to. This version of the package knows one stream. */
  readonly stream: 'cleared';
  /** The consumer group. Its members share the partitions; another group reads everything for itself. */
  readonly groupId: string;
  /** The name of Weir's environment: what was sealed in another doesn't open. */
  readonly environment: string;
  /** Called for what was cleared and for what was held and then released: both may go on. */
  readonly onTransaction: OnTransaction;
  /** With it, and a handler that stores positions with its effects, exactly once; without it, at least once. */
  readonly positions?: Positions;
  readonly kafka: Pick<KafkaConnection, 'brokers' | 'tls' | 'sasl'> & {
    /** Default `weir-subscriber`. */
    readonly clientId?: string;
  };
  /** `keyIds`: the ARNs of the cleared stream's keys. Envelopes under any other are refused unasked. */
  readonly kms: KmsAccess & {
    readonly keyIds: readonly string[];
    /** Of one request to the KMS; default 5,000 ms. */
    readonly requestTimeoutMs?: number;
  };
  /** Where the brokers know the stream by another name; default `transactions.cleared.v1`. */
  readonly topic?: string;
  /** Partitions whose events are handled side by side; default 4. Within one, events come one by one. */
  readonly partitionsAtOnce?: number;
  /** How often the handler may throw for one event before the subscription ends; default 3. */
  readonly handlerAttempts?: number;
  /**
   * How long the group waits for a member that has gone silent; default 30,000 ms.
   * Brokers take less than 6,000 ms only where they are told to.
   */
  readonly sessionTimeoutMs?: number;
  /** Stops the subscription where it is aborted, as `stop` does. */
  readonly signal?: AbortSignal;
  /** For logs and metrics. */
  readonly onNotice?: (notice: Notice) => void;
};

const callable = (name: string) =>
  z.custom<(...args: never[]) => unknown>(
    (value) => typeof value === 'function',
    `${name} has to be a function`,
  );

/** Whoever writes JavaScript has no compiler that would tell him, and a wrong option must not show up at midnight. */
const checked = z.object({
  stream: z.enum(['cleared'], 'this package knows the stream "cleared" and no other'),
  groupId: z.string().min(1).max(200),
  environment: z.string().min(1).max(40),
  onTransaction: callable('onTransaction'),
  positions: z.object({ load: callable('positions.load') }).optional(),
  kafka: z.object({ brokers: z.array(z.string().min(1)).min(1) }),
  kms: z.object({
    region: z.string().min(1),
    keyIds: z
      .array(z.string().regex(/^arn:/, 'an envelope names its key by ARN; an id or alias fits none'))
      .min(1),
    requestTimeoutMs: z.int().min(1).max(60_000).optional(),
  }),
  topic: z.string().min(1).max(249).optional(),
  partitionsAtOnce: z.int().min(1).max(1_000).optional(),
  handlerAttempts: z.int().min(1).max(100).optional(),
  sessionTimeoutMs: z.int().min(1_000).max(300_000).optional(),
  onNotice: callable('onNotice').optional(),
});

/** Throws SubscriptionError config_invalid, which names each field that is missing or wrong, and no value. */
export function checkOptions(options: SubscribeOptions): void {
  const result = checked.safeParse(options);
  if (result.success) return;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'options'}: ${message}`,
  );
  throw new SubscriptionError('config_invalid', problems.join('; '));
}
