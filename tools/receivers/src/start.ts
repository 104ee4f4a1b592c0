import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates, type Certificates } from './certificate.js';
import { control } from './control.js';
import { Email } from './email/email.js';
import { Ledger } from './ledger.js';
import type { Room } from './room.js';
import { Scripts } from './script.js';
import { TlsRoom } from './tls-room.js';
import { receiverOf } from './web.js';
import { OAuth } from './webhook/oauth.js';
import { makeJira } from './jira/jira.js';
import { makeJsm } from './jsm/jsm.js';
import { makePagerduty } from './pagerduty/pagerduty.js';
import { makeServicenow } from './servicenow/servicenow.js';
import { makeSlack } from './slack/slack.js';
import { makeTeams } from './teams/teams.js';
import { Webhook } from './webhook/webhook.js';

export interface Ports {
  /** 0 takes a free one, here and below. */
  readonly httpPort: number;
  readonly smtpPort: number;
  readonly tlsPort?: number;
  readonly mtlsPort?: number;
  /** Keeps the development CA over restarts; without it every start makes a new one. */
  readonly caFolder?: string | null;
}

export interface Receivers {
  readonly httpUrl: string;
  readonly smtpUrl: string;
  readonly tlsUrl: string;
  /** As `tlsUrl`, but a client certificate of the development CA is demanded. */
  readonly mtlsUrl: string;
  readonly certificates: Certificates;
  close(): Promise<void>;
}

/** Longer than any sender keeps idle connections, so that the server is never the one who closes under a request. */
const keepAliveMs = 75_000;

/**
 * Starts every receiver on loopback. Refuses (rejects) when a port is taken; `close` ends open connections too.
 * State, scripts and options live in this process only.
 */
export async function startReceivers(ports: Ports): Promise<Receivers> {
  const certificates = await makeCertificates(ports.caFolder ?? null);
  const ledger = new Ledger();
  const scripts = new Scripts();
  const oauth = new OAuth();
  const webhook = new Webhook(oauth);
  const jira = makeJira();
  const rooms: readonly Room[] = [
    webhook,
    oauth,
    makeSlack(),
    makeTeams(),
    makePagerduty(),
    jira.room,
    makeJsm(jira),
    makeServicenow(),
  ];
  const email = new Email(ledger, scripts, certificates, (token) => oauth.isValid(token, Date.now()));
  const tls: Record<string, string> = tlsPapers(certificates);
  const { certPem, keyPem } = certificates.server.good;
  const tlsRoom = new TlsRoom((which) => {
    const { certPem: cert, keyPem: key } = certificates.server[which];
    https.setSecureContext({ cert, key });
  });
  const steered = [...rooms, email, tlsRoom];
  const listener = receiverOf({
    rooms,
    ledger,
    scripts,
    control: (call) => control({ rooms: steered, ledger, scripts, tls }, call),
    now: () => Date.now(),
  });
  const http = createServer({ keepAliveTimeout: keepAliveMs }, listener);
  const https = createTlsServer({ cert: certPem, key: keyPem, keepAliveTimeout: keepAliveMs }, listener);
  const mtls = createTlsServer(
    { cert: certPem, key: keyPem, ca: certificates.caPem, requestCert: true, rejectUnauthorized: true },
    listener,
  );
  mtls.on('tlsClientError', () => webhook.certificateRefused());
  const close = async (): Promise<void> => {
    await Promise.all([shut(http), shut(https), shut(mtls), email.close()]);
  };
  try {
    const tlsUrl = `https://127.0.0.1:${await listen(https, ports.tlsPort ?? 0)}`;
    const mtlsUrl = `https://127.0.0.1:${await listen(mtls, ports.mtlsPort ?? 0)}`;
    const httpUrl = `http://127.0.0.1:${await listen(http, ports.httpPort)}`;
    const smtpUrl = `smtp://127.0.0.1:${await email.listen(ports.smtpPort)}`;
    Object.assign(tls, { tlsUrl, mtlsUrl });
    return { httpUrl, smtpUrl, tlsUrl, mtlsUrl, certificates, close };
  } catch (error) {
    // A taken port must not leave the others open behind a start that failed.
    await close();
    throw error;
  }
}

function tlsPapers({ caPem, client, stranger }: Certificates): Record<string, string> {
  return {
    caPem,
    clientCertPem: client.certPem,
    clientKeyPem: client.keyPem,
    strangerCertPem: stranger.certPem,
    strangerKeyPem: stranger.keyPem,
  };
}

async function listen(server: HttpServer | TlsServer, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function shut(server: HttpServer | TlsServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
