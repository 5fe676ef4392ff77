import type { CheckName } from '../catalogue.ts';
import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inDays, limits } from '../limits.ts';

export type TlsFacts = {
  readonly nowMs: number;
  /** Whether the other side is this machine, where no wire is to be listened to. */
  readonly isLoopback: boolean;
  /** Undefined where the connection isn't encrypted. */
  readonly tls: { readonly protocol: string; readonly certificateEndsAtMs: number } | undefined;
};

/** `turnOn` says how encryption is turned on for this connection. */
export function judgeTls(name: CheckName, { nowMs, isLoopback, tls }: TlsFacts, turnOn: string): Check {
  if (tls === undefined) {
    const what = 'not encrypted';
    return isLoopback ? ok(name, `${what}, on this machine alone`) : warn(name, what, turnOn);
  }
  if (tls.protocol !== 'TLSv1.3')
    return fail(name, `${tls.protocol}`, 'Let the server speak TLS 1.3, which is the least Weir asks for.');
  const leftMs = tls.certificateEndsAtMs - nowMs;
  const renew = 'Have a new certificate issued and load it into the server.';
  if (!(leftMs > 0)) return fail(name, `${tls.protocol}; the certificate has ended`, renew);
  const what = `${tls.protocol}; the certificate ends in ${inDays(leftMs)}`;
  return leftMs < limits.certificateWarnMs ? warn(name, what, renew) : ok(name, what);
}

/** A certificate that a worker itself shows, `leftMs` before it ends; `variable` names its file. */
export function judgeOwnCertificate(subject: string, leftMs: number, variable: string): Check {
  const about = ['machine.certificates', subject] as const;
  const renew = `Have a new one issued into the file of ${variable}, and start the worker again.`;
  if (!(leftMs > 0)) return fail(about, 'has ended', renew);
  const what = `ends in ${inDays(leftMs)}`;
  return leftMs < limits.certificateWarnMs ? warn(about, what, renew) : ok(about, what);
}
