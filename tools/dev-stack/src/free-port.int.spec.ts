import { createServer } from 'node:net';
import { freePort, isFree } from './free-port.js';

it('gives ports that no outgoing connection can take, each once', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort));
  // The smallest first port of the systems it runs on: net.ipv4.ip_local_port_range of Linux.
  expect(ports.filter((port) => port >= 32_768)).toEqual([]);
  expect(new Set(ports).size).toBe(200);
});

it('does not give a port that somebody listens on', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const whileHeld = await isFree(port);
  await new Promise((resolve) => server.close(resolve));
  expect({ whileHeld, afterwards: await isFree(port) }).toEqual({ whileHeld: false, afterwards: true });
});
