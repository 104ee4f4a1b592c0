import { fullLimits } from '@waybill/connector/decide';
import type { ProblemError } from '@waybill/contracts/problem';
import { Refused } from '@waybill/decider/decider';
import { Invalid } from '@waybill/service-kit/problems';
import { checkConnector, type Draft } from './check-connector.js';

const good: Draft = {
  name: 'SOC incidents',
  target: 'webhook',
  config: { url: 'https://hooks.example.com/in' },
  templates: {},
  limits: fullLimits({}),
};
const secrets = { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
const noTemplateFaults = async (): Promise<ProblemError[]> => [];
const noAddressFaults = (): ProblemError[] => [];
const checks = { checkTemplate: noTemplateFaults, checkAddresses: noAddressFaults };

const faultsOf = async (
  draft: object,
  given: Record<string, string> = secrets,
  check = noTemplateFaults,
): Promise<string[]> => {
  try {
    await checkConnector({ ...good, ...draft }, given, { ...checks, checkTemplate: check });
    return [];
  } catch (error) {
    if (error instanceof Invalid) return error.errors.map(({ pointer }) => pointer).sort();
    if (error instanceof Refused) return [error.pointer ?? ''];
    throw error;
  }
};

describe('a connector is judged', () => {
  it.each<[string, object, Record<string, string>, string[]]>([
    ['as good when its target takes it', {}, secrets, []],
    ['by the bounds of its name', { name: '' }, secrets, ['/name']],
    ['by the required fields of its form, each named once', { config: {} }, secrets, ['/config/url']],
    ['by fields that its form does not know', { config: { ...good.config, color: 'red' } }, secrets, ['/config/color']],
    [
      'by nested fields of its form',
      { config: { ...good.config, auth: { kind: 'basic' } } },
      secrets,
      ['/config/auth/username'],
    ],
    ['by secrets that its target does not know', {}, { ...secrets, color: 'red' }, ['/secrets/color']],
    ['by what only the room of the target knows', { config: { url: 'ftp://example.com/' } }, secrets, ['/config/url']],
    [
      'by a secret that the way of authentication needs',
      { config: { ...good.config, auth: { kind: 'bearer' } } },
      secrets,
      ['/secrets/token'],
    ],
    ['by several faults at once', { name: '', config: {} }, secrets, ['/config/url', '/name']],
  ])('%s', async (_sentence, draft, given, pointers) => {
    expect(await faultsOf(draft, given)).toEqual(pointers);
  });

  it('never tells the value of a secret', async () => {
    const wrong = { signingSecret: 'hunter2' };
    const refused = await checkConnector(good, wrong, checks).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(`${String(refused)} ${JSON.stringify(refused)}`).not.toContain('hunter2');
  });

  it('tells the place of a template fault, under a code of its own when nothing else is wrong', async () => {
    const fault = {
      pointer: '/templates/incident/body',
      code: 'template_tag_unclosed',
      message: 'unclosed',
      line: 2,
      column: 5,
    };
    const draft = { ...good, templates: { incident: { format: 'json' as const, body: '{' } } };
    const refused = await checkConnector(draft, secrets, { ...checks, checkTemplate: async () => [fault] }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'template_invalid', errors: [fault] });
  });

  it('hears what egress says of an address, after what its target says', async () => {
    const blocked = { pointer: '/config/url', code: 'egress_blocked', message: 'This address is not allowed.' };
    const refused = await checkConnector(good, secrets, { ...checks, checkAddresses: () => [blocked] }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'validation_failed', errors: [blocked] });
  });

  it('refuses a target that does not exist', async () => {
    expect(await faultsOf({ target: 'fax' })).toEqual(['/target']);
  });
});
