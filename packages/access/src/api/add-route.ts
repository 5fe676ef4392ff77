import type { Readable } from 'node:stream';
import type { AccessToken, AnyProblemCode, TokenScope } from '@weir/contracts';
import type { FastifyInstance } from 'fastify';
import type { Admit } from '../admit.ts';
import { jsonBodyOf } from '../json-body.ts';
import { everywhere, RequestRefused, sendReply, type Reply } from '../reply.ts';

/** Who asks: a named token, from an address. */
export type ApiCaller = { readonly token: AccessToken; readonly address: string };

/** A request that was let in, with what it says. */
export type Asked = {
  readonly caller: ApiCaller;
  /** Of the address: `:id`. */
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

/** An answer that is too long to be held. */
export type StreamedReply = { readonly type: string; readonly stream: Readable };

export type AddRoute = (
  method: 'GET' | 'POST',
  url: string,
  scope: TokenScope,
  answer: (asked: Asked) => Promise<Reply | StreamedReply>,
) => void;

/** What adds routes that let in by a scope, work on few requests at a time, and answer or refuse with a problem. */
export function createAddRoute(
  app: FastifyInstance,
  options: {
    readonly admit: Admit;
    readonly maxUnderWay: number;
    /** In seconds, for whoever is one too many. */
    readonly retryAfter: number;
  },
): AddRoute {
  let underWay = 0;
  return (method, url, scope, answer) => {
    app.route<{ Params: { id?: string }; Querystring: Record<string, unknown> }>({
      method,
      url,
      onRequest: async (request) => {
        request.token = options.admit(request, scope);
      },
      handler: async (request, reply) => {
        const { token } = request;
        if (token === undefined) throw new Error('a request came in without being admitted');
        if (underWay >= options.maxUnderWay)
          throw new RequestRefused('overloaded', { retryAfter: options.retryAfter });
        underWay += 1;
        try {
          const answered = await answer({
            caller: { token, address: request.ip },
            id: request.params.id ?? '',
            query: request.query,
            body: method === 'POST' ? jsonBodyOf(request) : {},
          });
          if (!('stream' in answered)) return await sendReply(reply, answered);
          const { type, stream } = answered;
          return await reply
            .code(200)
            .headers({ ...everywhere, 'content-type': type })
            .send(stream);
        } finally {
          underWay -= 1;
        }
      },
    });
  };
}

/** What a caller can't have as things are: an answer, and no fault. */
type Refusal = { readonly kind: 'refused'; readonly code: AnyProblemCode; readonly detail?: string };

/** What was found or done; a refusal ends the request. */
export function granted<Value extends object>(value: Value | Refusal): Exclude<Value, Refusal> {
  if ('kind' in value && value.kind === 'refused') {
    const { code, detail } = value;
    throw new RequestRefused(code, detail === undefined ? {} : { detail });
  }
  return value as Exclude<Value, Refusal>;
}
