import { createAdminCall } from './admin-call.ts';
import type { KafkaConnection } from './connection.ts';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from './kafkajs.ts';

/** What somebody may do with one thing, or with all whose names begin alike. */
export type Grant = {
  /** The user name at the brokers. */
  readonly who: string;
  readonly may: readonly ('create' | 'read' | 'write' | 'describe' | 'describeConfigs' | 'delete')[];
  readonly on: 'topic' | 'group' | 'transactionalId' | 'cluster';
  /** "*" is every one. A cluster has no name of its own: "kafka-cluster". */
  readonly name: string;
  readonly match: 'exactly' | 'beginning';
};

const operations = {
  create: AclOperationTypes.CREATE,
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
  describeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  delete: AclOperationTypes.DELETE,
} as const;

const resources = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
} as const;

const patterns = { exactly: ResourcePatternTypes.LITERAL, beginning: ResourcePatternTypes.PREFIXED } as const;

/**
 * Makes grants at a broker that has an authorizer. Saying one again changes
 * nothing, and none is taken back. Needs the right to alter the cluster.
 *
 * Throws WeirError kafka_unavailable, or config_invalid where this user may not.
 */
export async function ensureGrants(connection: KafkaConnection, grants: readonly Grant[]): Promise<void> {
  const { call, close } = createAdminCall(connection);
  const acl = grants.flatMap(({ who, may, on, name, match }) =>
    may.map((operation) => ({
      resourceType: resources[on],
      resourceName: name,
      resourcePatternType: patterns[match],
      principal: `User:${who}`,
      host: '*',
      operation: operations[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  );
  try {
    await call('making grants', (admin) => admin.createAcls({ acl }));
  } finally {
    await close();
  }
}
