/** Codes of a request that got no answer. Coarse on purpose: an error text must not become a map of a network. */
export type FaultCode =
  | 'egress_blocked'
  | 'dns_failed'
  | 'connect_failed'
  | 'tls_failed'
  | 'tls_certificate_invalid'
  | 'timeout'
  | 'reset'
  | 'protocol_error'
  | 'header_invalid'
  | 'request_invalid'
  | 'secret_missing'
  | 'oauth_failed';

/** What the world or the law said instead of an answer. `message` may be shown to the user of the connector. */
export class EgressFault extends Error {
  /** As whoever refused sent it; nobody else says when to come again. */
  readonly retryAfter: string | undefined;

  constructor(
    readonly code: FaultCode,
    message: string,
    readonly retry: 'later' | 'never',
    options?: ErrorOptions & { readonly retryAfter?: string | undefined },
  ) {
    super(message, options);
    this.retryAfter = options?.retryAfter;
    this.name = 'EgressFault';
  }
}

/** Every refusal of an address, host, scheme or port reads the same, so that it tells nothing about what is behind it. */
export const blocked = (): EgressFault => new EgressFault('egress_blocked', 'This address is not allowed.', 'never');

/** A handshake that failed because of a certificate fails again until somebody renews it; another failure of TLS may pass. */
export function tlsFault(nodeCode: string, message: string, cause: unknown): EgressFault {
  const code = certificateFault.test(nodeCode) ? 'tls_certificate_invalid' : 'tls_failed';
  return new EgressFault(code, message, 'later', { cause });
}

/**
 * Node's names of what X509_verify_cert finds (nodejs.org/api/tls.html#x509-certificate-error-codes), of a certificate for another name, of
 * one that OpenSSL finds too weak, and the alerts with which a server refuses ours.
 */
const certificateFault =
  /^(CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERROR_IN_CERT_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ERR_TLS_CERT_|ERR_SSL_(CA|EE)_(MD|KEY)_|ERR_SSL_\w+_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA)$)/;

export const headerInvalid = (name: string, why: string): EgressFault =>
  new EgressFault('header_invalid', `The header ${JSON.stringify(name.slice(0, 100))} ${why}.`, 'never');
