import type { Admin } from 'kafkajs';
import { WeirError } from '@weir/contracts';
import { classifyKafkaError, toOperationalError } from './classify-error.ts';
import { openKafka } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { wait } from './deadline.ts';

export type AdminCall = <T>(
  doing: string,
  ask: (admin: Admin) => Promise<T>,
  /** How often it may be asked; 1 for what must not be done again before somebody has looked. Default 5. */
  attempts?: number,
) => Promise<T>;

const maxAttempts = 5;
const firstWaitMs = 200;

/**
 * Asks over one shared connection, boundedly again while brokers are out of
 * reach; after a failure with a new connection, since kafkajs keeps stale ones.
 */
export const createAdminCall = (connection: KafkaConnection): { call: AdminCall; close(): Promise<void> } => {
  let current: Promise<Admin> | undefined;
  let closed = false;
  const connect = async (): Promise<Admin> => {
    const admin = openKafka(connection).admin();
    await admin.connect();
    return admin;
  };
  const drop = async (): Promise<void> => {
    const dropped = current;
    current = undefined;
    // The connection is being thrown away; how that ends doesn't matter.
    await dropped?.then((admin) => admin.disconnect()).catch(() => undefined);
  };
  const call: AdminCall = async (doing, ask, attempts = maxAttempts) => {
    for (let attempt = 1; ; attempt += 1) {
      // A question that was under way would else connect again, and keep a process alive that has closed everything.
      if (closed) throw new WeirError('broker_unavailable', `${doing}: the client is closed`);
      try {
        current ??= connect();
        return await ask(await current);
      } catch (error) {
        await drop();
        const fault = classifyKafkaError(error);
        const mayPass = fault === 'unavailable' || fault === 'rebalance';
        if (!mayPass || attempt === attempts) throw toOperationalError(doing, error);
        await wait(firstWaitMs * 2 ** (attempt - 1));
      }
    }
  };
  return {
    call,
    close: () => {
      closed = true;
      return drop();
    },
  };
};
