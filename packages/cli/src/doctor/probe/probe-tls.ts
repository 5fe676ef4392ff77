import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { TlsFacts } from '../judge/judge-tls.ts';

/**
 * What a TLS server proves itself with. Its certificate is checked as the workers
 * do, except that an ended one is a fact and no failure, and that with `any` nobody's word is asked for it. TLS 1.2 is taken here to
 * be able to say that it is spoken. Nothing is sent once the connection stands.
 * Throws what the network or the certificate check says.
 */
export async function probeTls(
  options: Pick<ConnectionOptions, 'host' | 'port' | 'ca' | 'cert' | 'key'>,
  trust: 'checked' | 'any' = 'checked',
): Promise<NonNullable<TlsFacts['tls']>> {
  const { promise, resolve, reject } = Promise.withResolvers<NonNullable<TlsFacts['tls']>>();
  const socket = connect({
    ...options,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    // An address is no name to ask for.
    ...(options.host === undefined || /^[\d.:]+$/.test(options.host) ? {} : { servername: options.host }),
  });
  socket.setTimeout(4_000, () => socket.destroy(new Error('no answer in time')));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the connection was ended')));
  socket.once('secureConnect', () => {
    const hasEnded = socket.authorizationError?.message === 'CERT_HAS_EXPIRED';
    const word = String(socket.authorizationError);
    if (trust === 'checked' && !socket.authorized && !hasEnded && word !== 'CERT_HAS_EXPIRED') {
      reject(new Error(`its certificate is refused (${word})`));
    } else {
      resolve({
        protocol: socket.getProtocol() ?? 'unknown',
        certificateEndsAtMs: Date.parse(socket.getPeerCertificate().valid_to),
      });
    }
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
