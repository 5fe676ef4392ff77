import { WeirError } from '@weir/contracts';
import type { FastifyInstance } from 'fastify';

/**
 * Makes a server listen, and answers the port it got. `variables` names what says where.
 * Throws WeirError config_invalid where the address can't be listened on.
 */
export async function listenOn(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  variables: string,
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new WeirError('config_invalid', `${variables} can't be listened on (${code})`, { cause });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
