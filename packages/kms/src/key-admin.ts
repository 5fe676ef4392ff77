import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  type KMSClient,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { WeirError } from '@weir/contracts';
import { fromAwsError } from './aws-error.ts';
import { createKmsClient, type KmsAccess } from './kms-client.ts';

const requestTimeoutMs = 10_000;
/** AWS rotates in the background: within seconds as a rule. */
const rotationDeadlineMs = 300_000;
const rotationPollMs = 500;
/** Of 100 aliases each: more than an account may have by default. */
const mostPages = 100;

/** A key as those who look after keys see it; its material never leaves the KMS. */
export type ManagedKey = {
  readonly arn: string;
  /** As AWS calls them: Enabled, Disabled, PendingDeletion and others. */
  readonly state: string;
  readonly createdAtMs: number;
  /** Its own aliases among those that were looked for. */
  readonly aliases: readonly string[];
};

export type KeyAdmin = {
  /** The keys whose aliases begin with `prefix`, in the order of their making. */
  readonly keysUnder: (prefix: string) => Promise<readonly ManagedKey[]>;
  /** When the key got new material, ascending. */
  readonly rotationsOf: (arn: string) => Promise<readonly number[]>;
  /** Makes a symmetric key and gives it the alias; answers with its ARN. */
  readonly create: (alias: string) => Promise<string>;
  readonly addAlias: (alias: string, arn: string) => Promise<void>;
  readonly moveAlias: (alias: string, arn: string) => Promise<void>;
  /** Gives the key new material under its ARN, and resolves once new data keys are under it. */
  readonly rotate: (arn: string) => Promise<void>;
  readonly disable: (arn: string) => Promise<void>;
  readonly close: () => void;
};

/** Looks after keys with the rights of whose credentials these are. Everything throws WeirError of a `kms_` code. */
export function createKeyAdmin(access: KmsAccess): KeyAdmin {
  const client = createKmsClient(access);
  const named = async <T>(operation: string, keyId: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw fromAwsError(operation, keyId, error);
    }
  };
  const rotationsOf = (arn: string): Promise<readonly number[]> =>
    named('ListKeyRotations', arn, async () => {
      const { Rotations } = await client.send(new ListKeyRotationsCommand({ KeyId: idOf(arn) }), limit());
      const dates = (Rotations ?? []).flatMap(({ RotationDate }) => RotationDate?.getTime() ?? []);
      return dates.toSorted((one, other) => one - other);
    });

  return {
    rotationsOf,
    keysUnder: (prefix) => named('ListAliases', prefix, () => keysUnder(client, prefix)),
    create: (alias) =>
      named('CreateKey', alias, async () => {
        const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: alias }), limit());
        if (KeyMetadata?.Arn === undefined) throw incomplete('CreateKey', alias);
        const command = new CreateAliasCommand({ AliasName: alias, TargetKeyId: idOf(KeyMetadata.Arn) });
        await client.send(command, limit());
        return KeyMetadata.Arn;
      }),
    addAlias: (alias, arn) =>
      named('CreateAlias', alias, async () => {
        await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: idOf(arn) }), limit());
      }),
    moveAlias: (alias, arn) =>
      named('UpdateAlias', alias, async () => {
        await client.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: idOf(arn) }), limit());
      }),
    rotate: async (arn) => {
      const before = await rotationsOf(arn);
      await named('RotateKeyOnDemand', arn, () =>
        client.send(new RotateKeyOnDemandCommand({ KeyId: idOf(arn) }), limit()),
      );
      const deadline = AbortSignal.timeout(rotationDeadlineMs);
      while ((await rotationsOf(arn)).length <= before.length) {
        if (deadline.aborted) {
          throw new WeirError(
            'kms_unavailable',
            `KMS RotateKeyOnDemand with ${arn}: not done in five minutes`,
          );
        }
        await sleep(rotationPollMs);
      }
    },
    disable: (arn) =>
      named('DisableKey', arn, async () => {
        await client.send(new DisableKeyCommand({ KeyId: idOf(arn) }), limit());
      }),
    close: () => {
      client.destroy();
    },
  };
}

async function keysUnder(client: KMSClient, prefix: string): Promise<readonly ManagedKey[]> {
  const aliasesByKey = new Map<string, string[]>();
  let Marker: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const listed = await client.send(new ListAliasesCommand(Marker === undefined ? {} : { Marker }), limit());
    for (const { AliasName = '', TargetKeyId } of listed.Aliases ?? []) {
      if (TargetKeyId === undefined || !AliasName.startsWith(prefix)) continue;
      aliasesByKey.set(TargetKeyId, [...(aliasesByKey.get(TargetKeyId) ?? []), AliasName]);
    }
    Marker = listed.NextMarker;
    if (listed.Truncated !== true || Marker === undefined) break;
  }
  const keys = await Promise.all(
    [...aliasesByKey].map(async ([keyId, aliases]): Promise<ManagedKey> => {
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyId }), limit());
      const { Arn: arn, KeyState: state, CreationDate } = KeyMetadata ?? {};
      if (arn === undefined || state === undefined) throw incomplete('DescribeKey', keyId);
      return { arn, state, createdAtMs: CreationDate?.getTime() ?? 0, aliases: aliases.toSorted() };
    }),
  );
  return keys.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
}

/** Some servers of the protocol take the bare id only. */
const idOf = (arn: string): string => arn.replace(/^arn:.*:key\//, '');

const incomplete = (operation: string, keyId: string): WeirError =>
  new WeirError('kms_unavailable', `KMS ${operation} with ${keyId}: incomplete answer`);

function limit(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(requestTimeoutMs) };
}
