import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pickFreePort, resolveHome, startRedisServer } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { askRedis } from './ask-redis.ts';
import { makeTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

const stopGraceMs = 5_000;
const slotCount = 16_384;
const nodeCount = 3;
const readyDeadlineMs = 30_000;
const highestNodePort = 22_768;
const portTries = 200;

/** One server of a cluster. */
export type TestRedisNode = {
  readonly port: number;
  /** By which the cluster knows it. */
  readonly id: string;
  /** kill -9. Its slots are out of reach until `restart`. */
  readonly kill: () => Promise<void>;
  /** Starts it again with the same data, after `kill`. */
  readonly restart: () => Promise<void>;
};

/** A Redis Cluster for tests: three servers without replicas, a third of the slots each. */
export type TestRedisCluster = {
  /** What REDIS_URL would say. */
  readonly url: string;
  /** Unique to this call: put it into the log id or before every key of the test. */
  readonly prefix: string;
  readonly nodes: readonly TestRedisNode[];
  readonly stop: () => Promise<void>;
};

/**
 * Starts three Redis servers, makes a cluster of them and resolves when each of
 * them says that it is whole. Their data lies in temporary folders; they end with
 * this process at the latest.
 */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const servers: (TestRedisNode & { readonly stop: () => Promise<void> })[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((one) => one.stop())));
  try {
    for (let index = 0; index < nodeCount; index += 1) servers.push(await startNode());
    await formCluster(servers);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: servers.map(({ port }) => `redis+cluster://127.0.0.1:${port}`).join(','),
    prefix: `t${randomBytes(5).toString('hex')}.`,
    nodes: servers,
    stop,
  };
}

async function startNode(): Promise<TestRedisNode & { readonly stop: () => Promise<void> }> {
  const place = {
    home: resolveHome(process.env),
    dataDir: join(makeTempFolder('redis'), 'data'),
    port: await pickNodePort(),
    onProgress: (sentence: string) => void process.stderr.write(`${sentence}\n`),
    settings: {
      'cluster-enabled': 'yes',
      'cluster-node-timeout': '2000',
      // A node that is down takes its own slots along, not everybody's.
      'cluster-require-full-coverage': 'no',
    },
  };
  let server: OwnedProcess = await startRedisServer(place);
  return {
    port: place.port,
    id: await askRedis(place.port, 'CLUSTER', 'MYID'),
    kill: () => server.kill(),
    restart: async () => {
      await server.stop(stopGraceMs);
      server = await startRedisServer(place);
    },
    stop: () => server.stop(stopGraceMs),
  };
}

/**
 * The servers speak to one another on the port 10,000 above theirs. It has to lie
 * below those the operating system hands out for outgoing connections.
 */
async function pickNodePort(): Promise<number> {
  for (let attempt = 0; attempt < portTries; attempt += 1) {
    const port = await pickFreePort();
    if (port < highestNodePort) return port;
  }
  throw new Error('No free port was found for a node of a Redis cluster.');
}

/** Gives each server its slots and has them meet. */
async function formCluster(servers: readonly TestRedisNode[]): Promise<void> {
  const [first] = servers;
  for (const [index, { port }] of servers.entries()) {
    const from = Math.ceil((index * slotCount) / nodeCount);
    const to = Math.ceil(((index + 1) * slotCount) / nodeCount);
    const slots = Array.from({ length: to - from }, (_, slot) => String(from + slot));
    await askRedis(port, 'CLUSTER', 'ADDSLOTS', ...slots);
    // Epochs of their own spare them finding out who of them is right about what.
    await askRedis(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    if (first !== undefined && index > 0)
      await askRedis(port, 'CLUSTER', 'MEET', '127.0.0.1', String(first.port));
  }
  for (const { port } of servers) {
    await waitFor(async () => isWhole(await askRedis(port, 'CLUSTER', 'INFO')), {
      deadlineMs: readyDeadlineMs,
      what: 'the Redis cluster to be whole',
    });
  }
}

const isWhole = (state: string): boolean =>
  state.includes('cluster_state:ok') &&
  state.includes(`cluster_slots_ok:${slotCount}`) &&
  state.includes(`cluster_known_nodes:${nodeCount}`);
