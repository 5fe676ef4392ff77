import { problemOf, problemType, type AnyProblemCode, type Problem } from '@weir/contracts';
import type { FastifyReply } from 'fastify';

/** An answer as it goes out. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const jsonReply = (status: number, body: unknown, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** RFC 9457; `retryAfter` in seconds. */
export const problemReply = (problem: Problem, retryAfter?: number): Reply => ({
  status: problem.status,
  headers: {
    'content-type': problemType,
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(problem.status === 401 ? { 'www-authenticate': challengeOf(problem.code) } : {}),
  },
  body: JSON.stringify(problem),
});

/** RFC 6750, section 3.1: who presented nothing is told no error. */
const challengeOf = (code: AnyProblemCode): string =>
  code === 'token_missing' ? 'Bearer realm="weir"' : 'Bearer realm="weir", error="invalid_token"';

/** Ends the handling of a request with a problem. */
export class RequestRefused extends Error {
  readonly reply: Reply;

  constructor(
    code: AnyProblemCode,
    options: { readonly retryAfter?: number; readonly detail?: string } = {},
  ) {
    super(code);
    this.name = 'RequestRefused';
    const { retryAfter, detail } = options;
    this.reply = problemReply(problemOf(code, detail === undefined ? {} : { detail }), retryAfter);
  }
}

/** Nobody between keeps an answer, or takes it for what it isn't. */
export const everywhere = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** As bytes: to text Fastify adds a charset, which JSON has none of (RFC 8259, section 11). */
export const sendReply = (reply: FastifyReply, { status, headers, body }: Reply): FastifyReply =>
  reply
    .code(status)
    .headers({ ...everywhere, ...headers })
    .send(Buffer.from(body));
