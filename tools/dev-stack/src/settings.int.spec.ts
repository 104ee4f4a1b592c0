import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { readSettings, rememberPorts, SettingsFaults } from './settings.js';

describe('the settings of the stack', () => {
  let taken: Server;
  let port = 0;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => new Promise((resolve) => taken.close(resolve)));

  it('gives every part a port of its own, and says which defaults were taken', async () => {
    const { ports, moved } = await readSettings({});
    const given = Object.values(ports);
    expect(new Set(given).size).toBe(given.length);
    for (const line of moved) expect(line).toMatch(/^port \d+ is taken, so WAYBILL_\w+_PORT is \d+$/);
  });

  it('lists every fault at once, a taken explicit port among them', async () => {
    const faults = await readSettings({
      WAYBILL_HTTP_PORT: String(port),
      WAYBILL_NATS_PORT: 'many',
      WAYBILL_SMTP_PORT: '65536',
      DATABASE_URL: 'mysql://x',
      WAYBILL_DEV_EGRESS_ALLOW: '127.0.0.1/32:19000-19099, everywhere, 127.0.0.1/8:19000-19099',
    }).catch((error: unknown) => (error instanceof SettingsFaults ? error.faults : []));
    expect(faults).toEqual([
      expect.stringMatching(/^DATABASE_URL: must begin with postgres:/),
      expect.stringMatching(new RegExp(`^WAYBILL_HTTP_PORT: ${port} is taken by another program`)),
      'WAYBILL_NATS_PORT: must be a port, 1 to 65535',
      'WAYBILL_SMTP_PORT: must be a port, 1 to 65535',
      expect.stringMatching(/^WAYBILL_DEV_EGRESS_ALLOW: "everywhere" must be an address block and a port range/),
      // An address of a network, and not the network's own.
      expect.stringMatching(/^WAYBILL_DEV_EGRESS_ALLOW: "127\.0\.0\.1\/8:19000-19099" has no address block/),
    ]);
  });

  it('prefers the ports of the last start on the same folder, since what is stored there names them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-dev-stack-'));
    const environment = { WAYBILL_DATA_DIR: folder, WAYBILL_HTTP_PORT: String(await freePort()) };
    const first = await readSettings(environment);
    rememberPorts(first);
    const again = await readSettings({ WAYBILL_DATA_DIR: folder });
    expect(again.ports).toEqual(first.ports);
    rmSync(folder, { recursive: true });
  });

  it('refuses one port given twice', async () => {
    await expect(readSettings({ WAYBILL_HTTP_PORT: '31999', WAYBILL_SMTP_PORT: '31999' })).rejects.toThrow(
      'given twice',
    );
  });

  it('wants no port for servers that are given', async () => {
    const { ports } = await readSettings({ DATABASE_URL: 'postgres://a@b/c', NATS_URL: 'nats://b:4222' });
    expect([ports.postgres, ports.nats]).toEqual([0, 0]);
  });
});
