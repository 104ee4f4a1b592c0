import { inboxPrefix } from '@waybill/contracts/subjects';

/** What somebody connects to the broker with; the password is shown once. */
export interface PublisherCredentials {
  readonly user: string;
  readonly password: string;
  /** Both, and where the broker is: any client connects with it as it stands. */
  readonly natsUrl: string;
  /** Answers that come to an inbox with this prefix are heard by nobody else. */
  readonly inboxPrefix: string;
}

/** How publishers of the tenants reach the broker; closed where the broker does not ask registry who they are (`in/broker-auth.ts`). */
export class PublisherAccess {
  constructor(
    readonly isOpen: boolean,
    private readonly brokerUrl: string,
  ) {}

  /** With an API key as the password and its id as the user. */
  credentials(keyId: string, key: string): PublisherCredentials {
    const url = new URL(this.brokerUrl);
    url.username = keyId;
    url.password = key;
    return { user: keyId, password: key, natsUrl: url.href.replace(/\/$/, ''), inboxPrefix: inboxPrefix(keyId) };
  }
}
