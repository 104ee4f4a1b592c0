/** Codes of a request that got no answer. Coarse on purpose: an error text must not become a map of a network. */
export type FaultCode =
  | 'egress_blocked'
  | 'dns_failed'
  | 'connect_failed'
  | 'tls_failed'
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

export const headerInvalid = (name: string, why: string): EgressFault =>
  new EgressFault('header_invalid', `The header ${JSON.stringify(name.slice(0, 100))} ${why}.`, 'never');
