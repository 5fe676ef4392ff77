import { TLSSocket } from 'node:tls';
import { subjectInOneLine, type AccessToken, type TokenScope } from '@weir/contracts';
import type { FastifyRequest } from 'fastify';
import type { RateLimit } from './limits/rate-limit.ts';
import type { RefusalCount } from './limits/refusal-count.ts';
import { refusedCaller, type Refusals } from './refusals.ts';
import { RequestRefused } from './reply.ts';
import { authenticate, mayUse, type Presented } from './tokens/authenticate.ts';
import type { TokenBook } from './tokens/token-book.ts';

/** Answers whose a request is that may be used for this. */
export type Admit = (request: FastifyRequest, scope: TokenScope) => AccessToken;

export type AdmitOptions = {
  readonly book: TokenBook;
  readonly rate: RateLimit;
  readonly refusalCount: RefusalCount;
  readonly refusals: Refusals;
  readonly nowMs: () => number;
};

/**
 * Lets a request in by its headers alone, before anything of its body is read.
 * Answers whose it is; throws RequestRefused.
 */
export function createAdmit(options: AdmitOptions): Admit {
  const { book, rate, refusalCount, refusals } = options;
  return (request, scope) => {
    if (!book.isReadable()) throw new RequestRefused('failed');
    const address = request.ip;
    const caller = authenticate(book, presentedBy(request), options.nowMs());
    if (!caller.ok) {
      const waitSeconds = refusalCount.waitSeconds(address);
      if (waitSeconds > 0) throw new RequestRefused('refused_too_often', { retryAfter: waitSeconds });
      refusalCount.add(address);
      const action = caller.problem === 'certificate_refused' ? 'certificate_refused' : 'token_refused';
      refusals.tell(refusedCaller({ action, why: caller.why, address, tokenName: caller.tokenName }));
      throw new RequestRefused(caller.problem);
    }
    const { token } = caller;
    if (!mayUse(token, scope)) {
      const why = 'scope_missing';
      refusals.tell(refusedCaller({ action: 'token_refused', why, address, tokenName: token.name }));
      throw new RequestRefused('scope_missing', { detail: `It needs ${scope}.` });
    }
    const waitSeconds = rate.waitSeconds(token.name);
    if (waitSeconds > 0) throw new RequestRefused('rate_limited', { retryAfter: waitSeconds });
    rate.take(token.name, 1);
    return token;
  };
}

function presentedBy(request: FastifyRequest): Presented {
  const { authorization } = request.headers;
  const { socket } = request.raw;
  if (!(socket instanceof TLSSocket)) return { authorization, certificate: undefined };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { authorization, certificate: undefined };
  return {
    authorization,
    certificate: { subject: subjectInOneLine(certificate.subject), isTrusted: socket.authorized },
  };
}
