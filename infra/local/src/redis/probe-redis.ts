import type { PartyFiles } from '../security/secured-parties.ts';
import { askOverTcp } from '../process/ask-over-tcp.ts';

/**
 * Whether the Redis on a loopback port answers PING with PONG. It answers
 * LOADING instead while it still reads its append-only file.
 */
export async function probeRedis(port: number, tls?: PartyFiles): Promise<boolean> {
  const answer = await askOverTcp({
    port,
    tls,
    question: Buffer.from('PING\r\n'),
    isComplete: (received) => received.includes('\r\n'),
  });
  return answer !== undefined && answer.toString('latin1').startsWith('+PONG');
}
