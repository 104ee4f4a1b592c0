import { readFileSync, writeFileSync } from 'node:fs';
import type { Settings } from './settings.js';

/** Allows the receivers' ports and what the developer lists, and sends mail through the receivers' SMTP server, whose CA it trusts. */
export function writeDeploymentFile(path: string, settings: Settings, smtpUrl: string, caFile: string): void {
  const { receivers, receiversTls, receiversMtls, smtp } = settings.ports;
  const own = [receivers, receiversTls, receiversMtls, smtp].map((port) => `127.0.0.1/32:${port}-${port}`);
  const deployment = {
    egress: { allow: [...own, ...settings.egressAllow] },
    smtp: { url: smtpUrl, from: 'waybill@example.com', caPem: readFileSync(caFile, 'utf8') },
  };
  writeFileSync(path, `${JSON.stringify(deployment, null, 2)}\n`, { mode: 0o600 });
}
