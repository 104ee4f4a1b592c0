import { startReceivers } from './start.js';

const receivers = await startReceivers({
  httpPort: portOf('WAYBILL_RECEIVERS_PORT', 8090),
  smtpPort: portOf('WAYBILL_SMTP_PORT', 2525),
  tlsPort: portOf('WAYBILL_RECEIVERS_TLS_PORT', 0),
  mtlsPort: portOf('WAYBILL_RECEIVERS_MTLS_PORT', 0),
  caFolder: process.env['WAYBILL_RECEIVERS_CA_DIR'] ?? null,
});
const { httpUrl, smtpUrl, tlsUrl, mtlsUrl } = receivers;
process.stdout.write(
  `${JSON.stringify({ ready: true, httpUrl, smtpUrl, tlsUrl, mtlsUrl, caUrl: `${httpUrl}/_ca.pem` })}\n`,
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    // The second signal finds no handler and ends the process at once.
    void receivers.close().then(() => process.exit(0));
  });
}

function portOf(name: string, otherwise: number): number {
  const text = process.env[name] ?? '';
  const port = text === '' ? otherwise : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  process.stderr.write(`${name} must be a port, 0 to 65535; it is "${text}"\n`);
  process.exit(1);
}
