import { connectorRoutes } from '../connectors/connectors.routes.js';
import { tenantRoutes } from '../tenants/tenants.routes.js';
import { JsonText, keptAnswer } from './answer.interceptor.js';

describe('an answer that may be repeated', () => {
  it('has the version as ETag and the id as Location', () => {
    const { status, headers, text } = keptAnswer(connectorRoutes.create, { id: 'con_1', version: 3 });
    expect([status, headers, text]).toEqual([
      201,
      { ETag: '"3"', Location: '/v1/connectors/con_1' },
      '{"id":"con_1","version":3}',
    ]);
  });

  it('leaves out in a repeat what is shown once, also deep inside', () => {
    const answer = { id: 'acme', apiKey: { id: 'key_1', key: 'wb_x' }, publisher: { user: 'acme', password: 'p' } };
    const { text, textOfReplay } = keptAnswer(tenantRoutes.create, answer);
    expect(JSON.parse(text ?? '')).toEqual(answer);
    expect(JSON.parse(textOfReplay ?? '')).toEqual({
      id: 'acme',
      apiKey: { id: 'key_1' },
      publisher: { user: 'acme' },
    });
  });

  it('is no content where there is none, and keeps the spelling of what is text already', () => {
    expect(keptAnswer(connectorRoutes.delete, undefined)).toMatchObject({ status: 204, text: null });
    expect(keptAnswer(connectorRoutes.list, new JsonText('{"n":1.50}')).text).toBe('{"n":1.50}');
  });
});
