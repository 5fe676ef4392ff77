import { z } from 'zod';

/** Every operation the server knows; the list a policy may name. */
export const operationNames = [
  'CancelKeyDeletion',
  'CreateAlias',
  'CreateKey',
  'Decrypt',
  'DescribeKey',
  'DisableKey',
  'EnableKey',
  'GenerateDataKey',
  'GetPublicKey',
  'ListAliases',
  'ListKeyRotations',
  'ListKeys',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'Sign',
  'UpdateAlias',
] as const;

export type OperationName = (typeof operationNames)[number];

const ruleSchema = z.strictObject({
  operations: z.array(z.enum([...operationNames, '*'])).min(1),
  /**
   * Alias names (`alias/...`), key ids, key ARNs, or `*` for every key and for calls about no key.
   * An alias that ends in `/*` stands for every alias below it, as in the condition kms:ResourceAliases of AWS.
   */
  keys: z.array(z.string().regex(/^(\*|alias\/.+|arn:aws:kms:.+|[0-9a-f-]{36})$/)).min(1),
});

const callerSchema = z.strictObject({
  name: z.string().min(1),
  accessKeyId: z.string().regex(/^\w{1,128}$/),
  secretAccessKey: z.string().min(8),
  allow: z.array(ruleSchema),
});

/** Who may call, with which credentials, and what each may do. Whatever isn't allowed is refused. */
export const callersSchema = z
  .array(callerSchema)
  .max(100)
  .refine((callers) => new Set(callers.map((caller) => caller.accessKeyId)).size === callers.length, {
    error: 'two callers have the same accessKeyId',
  });

export type Caller = z.infer<typeof callerSchema>;
/** A caller as written in a configuration, before it is checked. */
export type CallerInput = {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly allow: readonly {
    readonly operations: readonly string[];
    readonly keys: readonly string[];
  }[];
};

/** Whether a rule of the caller covers the operation on something that goes by any of these names. */
export function isAllowed(caller: Caller, operation: OperationName, names: readonly string[]): boolean {
  return caller.allow.some(
    (rule) =>
      (rule.operations.includes(operation) || rule.operations.includes('*')) &&
      (rule.keys.includes('*') || names.some((name) => rule.keys.some((pattern) => covers(pattern, name)))),
  );
}

const covers = (pattern: string, name: string): boolean =>
  pattern.startsWith('alias/') && pattern.endsWith('/*')
    ? name.startsWith(pattern.slice(0, -1))
    : pattern === name;
