import type { FastifyInstance } from 'fastify';

const idleCheckMs = 50;

/**
 * Answers what is on its way; a connection that a caller would keep for his next
 * request is closed after it. What is still arriving or waiting after `graceMs` is
 * cut off: once it closes, Node no longer holds connections against their bounds,
 * and one that never sends its request to the end would hold up the end for ever.
 */
export async function closeServer(app: FastifyInstance, graceMs: number): Promise<void> {
  const closingIdle = setInterval(() => app.server.closeIdleConnections(), idleCheckMs);
  const cuttingOff = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearInterval(closingIdle);
    clearTimeout(cuttingOff);
  }
}
