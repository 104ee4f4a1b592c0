import { parseJson, payloadBytesMax } from '@waybill/contracts/payload/json-text';
import { treeOf } from '@waybill/contracts/payload/json-tree';
import { renderJson } from '@waybill/template/render';
import { escapeRuleOf } from '../target.js';
import { webhookDescriptor } from './webhook.descriptor.js';
import { webhookTemplates } from './webhook.templates.js';

/** As long as they come (contract.md sections 1 and 3). */
const notification = {
  id: 'ntf_01jd8xkq3vfb7sz3tm8v0q9k4n',
  type: 't'.repeat(100),
  source: 's'.repeat(256),
  time: '2026-11-24T06:00:00.000Z',
};

/** A payload of exactly the largest size, whose length is all at one path. */
function largest(path: string): { text: string; value: string } {
  const names = path.split('.');
  const open = names.map((name) => `{"${name}":`).join('');
  const value = 'x'.repeat(payloadBytesMax - open.length - 2 - names.length);
  return { text: `${open}"${value}"${'}'.repeat(names.length)}`, value };
}

const pathsOf = (body: string): string[] =>
  [...body.matchAll(/\{\{([^}]+)\}\}/g)]
    .map(([, path = '']) => path)
    .filter((path) => !path.startsWith('notification.'));

describe.each(Object.entries(webhookTemplates))('the default template of a webhook for %s', (_type, { body }) => {
  const paths = pathsOf(body);

  it.each(paths.length === 0 ? ['anything'] : paths)(
    'passes a payload of exactly 256 KiB on, which is at %s',
    (path) => {
      const { text, value } = largest(path);
      expect(Buffer.byteLength(text)).toBe(payloadBytesMax);
      const context = treeOf({ notification });
      const rendered = renderJson(body, parseJson(text), { escape: escapeRuleOf(webhookDescriptor), context });
      expect(rendered.text.includes(value)).toBe(true);
    },
  );
});
