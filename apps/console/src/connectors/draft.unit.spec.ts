import { type Draft, emptyDraft, shownDraft } from './draft.js';

const url = 'https://hooks.example.com/in';
const draft = (over: Partial<Draft>): Draft => ({ ...emptyDraft, target: 'webhook', ...over });

describe('a draft as it is shown before it is saved', () => {
  it('names its secrets and says none', () => {
    const shown = shownDraft(draft({ target: 'pagerduty', secrets: { routingKey: 'hunter2' } }));
    expect(shown.secrets).toEqual({ routingKey: '<routingKey>' });
  });

  it('SEC-08 has the credentials of its URL as the secret that they become', () => {
    expect(
      shownDraft(draft({ config: { url: `${url}?key=hunter2&room=7&sig=hunter3`, method: 'PUT' } })),
    ).toMatchObject({
      config: { url: `${url}?key=****&room=7&sig=****`, method: 'PUT' },
      secrets: { urlQuery: 'key=<key>&sig=<sig>' },
    });
    expect(shownDraft(draft({ config: { url }, secrets: { token: 't' } }))).toMatchObject({
      config: { url },
      secrets: { token: '<token>' },
    });
  });
});
