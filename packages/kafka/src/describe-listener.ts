import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { KafkaConnection } from './connection.ts';

/** What a listener speaks. */
export type ListenerDescription = {
  /** The highest version of Produce requests, by which the releases of Kafka can be told apart. */
  readonly produceVersion: number;
  /** Undefined where the connection isn't encrypted. */
  readonly tls: { readonly protocol: string; readonly certificateEndsAtMs: number } | undefined;
};

const deadlineMs = 4_000;
const produceKey = 0;
const apiVersionsKey = 18;
/** The answer is a few hundred bytes; a listener that announces more is no Kafka. */
const mostAnswerBytes = 65_536;

/**
 * Opens a connection as the client would, and ends it when the deadline has passed.
 * An ended certificate and an old protocol are let through here, to be told: the
 * one question asked holds no secret.
 */
const open = ({ brokers, tls }: KafkaConnection): Socket => {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(brokers[0] ?? '') ?? [];
  const address = { host, port: Number(port) };
  const socket =
    tls === undefined
      ? connectPlain(address)
      : connectTls({
          ...address,
          minVersion: 'TLSv1.2',
          rejectUnauthorized: false,
          servername: tls.serverName ?? host,
          ...(tls.ca === undefined ? {} : { ca: [tls.ca] }),
          ...(tls.cert === undefined ? {} : { cert: tls.cert }),
          ...(tls.key === undefined ? {} : { key: tls.key }),
        });
  socket.setTimeout(deadlineMs, () => socket.destroy(new Error('the broker gave no answer in time')));
  return socket;
};

/** Throws where the certificate is refused for anything but its end. */
const requireTrust = async (socket: Socket): Promise<void> => {
  if (!(socket instanceof TLSSocket)) return;
  await once(socket, 'secureConnect');
  const word = String(socket.authorizationError);
  if (!socket.authorized && !word.includes('CERT_HAS_EXPIRED'))
    throw new Error(`its certificate is refused (${word})`);
};

/** An ApiVersions request of version 0, which every release answers, before a user has proved itself too. */
const request = (clientId: string): Buffer => {
  const name = Buffer.from(clientId);
  const bytes = Buffer.alloc(14 + name.length);
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(apiVersionsKey, 4);
  bytes.writeInt16BE(0, 6);
  bytes.writeInt32BE(1, 8);
  bytes.writeInt16BE(name.length, 12);
  name.copy(bytes, 14);
  return bytes;
};

/** Undefined while there is more to come. Layout: size, correlation id, error, count, then (key, least, most) each. */
const readAnswer = (received: Buffer): number | undefined => {
  if (received.length < 4) return undefined;
  const sizeBytes = received.readInt32BE(0);
  if (sizeBytes < 10 || sizeBytes > mostAnswerBytes) throw new Error('what answers there is no Kafka');
  if (received.length < 4 + sizeBytes) return undefined;
  for (let at = 14; at + 6 <= 4 + sizeBytes; at += 6) {
    if (received.readInt16BE(at) === produceKey) return received.readInt16BE(at + 4);
  }
  throw new Error('what answers there takes no records');
};

const tlsOf = (socket: Socket): ListenerDescription['tls'] =>
  socket instanceof TLSSocket
    ? {
        protocol: socket.getProtocol() ?? 'unknown',
        certificateEndsAtMs: Date.parse(socket.getPeerCertificate().valid_to),
      }
    : undefined;

/** Asks the first broker of the connection what it speaks. Throws what the network or the certificate check says. */
export const describeListener = async (connection: KafkaConnection): Promise<ListenerDescription> => {
  const socket = open(connection);
  try {
    await requireTrust(socket);
    socket.write(request(connection.clientId));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const produceVersion = readAnswer(received);
      if (produceVersion !== undefined) return { produceVersion, tls: tlsOf(socket) };
    }
    throw new Error('the broker ended the connection without an answer');
  } finally {
    socket.destroy();
  }
};
