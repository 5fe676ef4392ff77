import type { FastifyRequest } from 'fastify';

/** What a request says its body is, without parameters; "" where it says nothing. */
export const mediaTypeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
