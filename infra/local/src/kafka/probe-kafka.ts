import type { PartyFiles } from '../security/secured-parties.ts';
import { askOverTcp } from '../process/ask-over-tcp.ts';

const metadataApiKey = 3;
const metadataApiVersion = 1;
const answerHeaderBytes = 12;

/**
 * Whether the broker on a loopback port answers a Metadata request with itself
 * in it. A port that only accepts connections is not yet a broker that knows
 * it may serve.
 */
export async function probeKafka(port: number, tls?: PartyFiles): Promise<boolean> {
  const answer = await askOverTcp({
    port,
    tls,
    question: metadataRequest(),
    isComplete: (received) => received.length >= answerHeaderBytes,
  });
  // Length and correlation id come first, then the number of brokers alive.
  return answer !== undefined && answer.readInt32BE(8) > 0;
}

/** Kafka protocol, Metadata request version 1, with an empty list of topics. */
function metadataRequest(): Buffer {
  const body = Buffer.alloc(14);
  body.writeInt16BE(metadataApiKey, 0);
  body.writeInt16BE(metadataApiVersion, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(-1, 8);
  body.writeInt32BE(0, 10);
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}
