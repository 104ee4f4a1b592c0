import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stage, startStage } from './stage.fixture.js';

describe('documents and console', () => {
  let stage: Stage;
  const folder = mkdtempSync(join(tmpdir(), 'waybill-console-'));
  writeFileSync(join(folder, 'index.html'), '<p>console</p>');
  writeFileSync(join(folder, 'main-abcdefgh.js'), 'run()');
  writeFileSync(join(folder, 'secret.pem'), 'no');
  beforeAll(async () => {
    stage = await startStage({ WAYBILL_CONSOLE_DIR: folder });
  }, 60_000);
  afterAll(() => stage.stop());

  it.each([
    ['/openapi.json', 'application/json', 'openapi'],
    ['/asyncapi.json', 'application/json', 'asyncapi'],
  ])('serves %s to everybody', async (path, type, member) => {
    const reply = await stage.send('GET', path, { key: null });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
    expect(reply.json[member]).toMatch(/^3\./);
  });

  it('serves the API as a page without scripts', async () => {
    const reply = await stage.send('GET', '/docs', { key: null });
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(reply.text).toContain('/v1/deliveries/{id}/redeliver');
    expect(reply.text).not.toContain('<script');
  });

  it.each([
    ['the page at /', '/', 'text/html', 200, '<p>console</p>'],
    ['the page at a bookmarked view', '/deliveries/dlv_1', 'text/html', 200, '<p>console</p>'],
    ['a file', '/main-abcdefgh.js', '*/*', 200, 'run()'],
  ])('serves the console: %s', async (_, path, accept, status, text) => {
    const reply = await stage.send('GET', path, { key: null, headers: { accept } });
    expect([reply.status, reply.text]).toEqual([status, text]);
  });

  it.each(['/secret.pem', '/..%2f..%2fetc/passwd', '/v1/deliveries-of-nobody', '/missing.js'])(
    'has nothing at %s',
    async (path) => {
      const reply = await stage.send('GET', path, { key: null, headers: { accept: 'text/html' } });
      expect([reply.status, reply.json?.code]).toEqual([404, 'not_found']);
    },
  );
});
