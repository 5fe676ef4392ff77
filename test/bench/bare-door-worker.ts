// Answers 202 to every body by TLS 1.3 and does nothing else: what HTTP alone costs.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const { PORT = '0', CERT_FILE = '', KEY_FILE = '' } = process.env;
const app = Fastify({
  https: {
    cert: readFileSync(CERT_FILE),
    key: readFileSync(KEY_FILE),
    minVersion: 'TLSv1.3',
  },
});
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/v1/transactions', async (_request, reply) => reply.code(202).send({ accepted: 1 }));
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.once('SIGTERM', () => process.exit(0));
