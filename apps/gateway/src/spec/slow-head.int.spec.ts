import { connect } from 'node:net';
import { headersTimeoutMs, timeoutsLookedAtEveryMs } from '../config.js';
import { startStage, type Stage } from './stage.fixture.js';

/** For a slow machine; far below the half minute after which Node looks at its timeouts by itself. */
const spareMs = 5_000;
const dripEveryMs = 500;

describe('a request whose head drips in', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  }, 60_000);
  afterAll(() => stage.stop());

  it('is told so and cut when its time is over, not when Node next looks by itself', async () => {
    const { hostname, port } = new URL(stage.gateway.url);
    const socket = connect(Number(port), hostname);
    const begun = performance.now();
    socket.write('GET /v1/connectors HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => socket.write('x: y\r\n'), dripEveryMs);
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString())).on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
    const tookMs = performance.now() - begun;
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(tookMs).toBeGreaterThan(headersTimeoutMs - dripEveryMs);
    expect(tookMs).toBeLessThan(headersTimeoutMs + timeoutsLookedAtEveryMs + spareMs);
  });
});
