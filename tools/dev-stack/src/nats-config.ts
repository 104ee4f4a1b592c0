/** What a user of the broker may do. `>` is everything below; without `subscribe` or `publish` nothing of that kind. */
export interface NatsUser {
  readonly user: string;
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface NatsConfig {
  readonly port: number;
  /** Default: the loopback address. In a container the clients come from outside. */
  readonly host?: string | undefined;
  /** Serves health and numbers on the loopback address. */
  readonly monitorPort?: number | undefined;
  readonly storeDir: string;
  /** No users: anybody may do anything, which is for tests only. */
  readonly users: readonly NatsUser[];
  /** The public key of who says what everybody else may do, asked over the broker (auth callout); without it nobody else may connect. */
  readonly issuer?: string | undefined;
  /** How long JetStream may hold a stored message before it is on disk. `always` makes a PubAck as durable as a commit, and slow. */
  readonly syncInterval: string;
  readonly payloadBytesMax: number;
  /** With it nobody is let in without TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
}

/**
 * The server counts what each stream may take at most as taken, and by itself offers three quarters of the free disk: with 60 GB free the
 * streams of the forty-sixth tenant could not be made. What tenants really take is bounded by each stream; this is a petabyte.
 */
const fileStoreMax = 2 ** 50;

/** The configuration file of nats-server. Names and passwords are quoted, so that none can add a setting. */
export function natsConfigText(config: NatsConfig): string {
  const users = config.users.map(
    (one) =>
      `    { user: ${quote(one.user)}, password: ${quote(one.password)}, permissions: { publish: { allow: ${list(one.publish)} }, subscribe: { allow: ${list(one.subscribe)} }, allow_responses: { max: 1, expires: "1m" } } }`,
  );
  return [
    `listen: ${quote(`${config.host ?? '127.0.0.1'}:${config.port}`)}`,
    ...(config.monitorPort === undefined ? [] : [`http: "127.0.0.1:${config.monitorPort}"`]),
    'server_name: "waybill"',
    `max_payload: ${config.payloadBytesMax}`,
    'write_deadline: "10s"',
    ...(config.tls === undefined
      ? []
      : [`tls: { cert_file: ${quote(config.tls.certFile)}, key_file: ${quote(config.tls.keyFile)} }`]),
    `jetstream: { store_dir: ${quote(config.storeDir)}, sync_interval: ${quote(config.syncInterval)}, max_file_store: ${fileStoreMax} }`,
    ...(users.length === 0
      ? []
      : ['authorization: {', '  users: [', users.join(',\n'), '  ]', ...callout(config), '}']),
    '',
  ].join('\n');
}

/** Who stands in the file is known by the file alone: our services need nobody's leave to start. */
function callout({ issuer, users }: NatsConfig): string[] {
  if (issuer === undefined) return [];
  return [
    '  timeout: 5',
    `  auth_callout: { issuer: ${quote(issuer)}, auth_users: ${list(users.map(({ user }) => user))} }`,
  ];
}

const quote = (text: string): string => JSON.stringify(text);
const list = (subjects: readonly string[]): string => `[${subjects.map(quote).join(', ')}]`;
