import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { mediaTypeOf } from './media-type-of.ts';
import { RequestRefused } from './reply.ts';

/** What the body of a request says as JSON; absent, it says nothing: `{}`. Throws RequestRefused. */
export function jsonBodyOf(request: FastifyRequest): unknown {
  const body = request.body as Buffer | undefined | null;
  if (body === undefined || body === null || body.length === 0) return {};
  if (mediaTypeOf(request) !== 'application/json') throw new RequestRefused('content_type_unsupported');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new RequestRefused('request_malformed', { detail: 'The body is not JSON.' });
  }
}

/** What was sent, read by its contract. Throws RequestRefused, which names the field that is wrong and never its value. */
export function readAs<Shape extends z.ZodType>(shape: Shape, sent: unknown): z.output<Shape> {
  const read = shape.safeParse(sent);
  if (read.success) return read.data;
  const field = read.error.issues[0]?.path.join('.') ?? '';
  throw new RequestRefused('request_malformed', {
    detail:
      field === '' ? 'There are other fields than there should be.' : `${field} is not as it should be.`,
  });
}
