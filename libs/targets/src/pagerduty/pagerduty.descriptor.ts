import { nameLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import type { TargetDescriptor } from '../target.js';
import { pagerdutyHelp } from './pagerduty.help.js';
import { pagerdutyTemplates } from './pagerduty.templates.js';

/** Events API v2 [pd-ev]; PagerDuty counts characters, and the whole event in bytes. */
export const pagerdutyLimits = { summary: 1024, dedupKey: 255, eventBytes: 512 * 1024 } as const;

export const pagerdutyBaseUrl = 'https://events.pagerduty.com';

export const pagerdutyDescriptor: TargetDescriptor = {
  id: 'pagerduty',
  name: 'PagerDuty',
  category: 'messaging',
  description: 'Triggers, acknowledges and resolves alerts of a PagerDuty service, one alert per thing.',
  form: {
    type: 'object',
    additionalProperties: false,
    properties: {
      baseUrl: {
        type: 'string',
        title: 'Base URL',
        description: 'Leave as it is, or use `https://events.eu.pagerduty.com` in the EU service region.',
        minLength: 1,
        maxLength: urlLengthMax,
        default: pagerdutyBaseUrl,
      },
      client: {
        type: 'string',
        title: 'Client',
        description: 'Shown in PagerDuty as where the alert comes from.',
        minLength: 1,
        maxLength: nameLengthMax,
        default: 'Waybill',
      },
      clientUrl: {
        type: 'string',
        title: 'Client URL',
        description: "A link behind the client's name, such as your console.",
        minLength: 1,
        maxLength: urlLengthMax,
        examples: ['https://console.example.com/'],
      },
    },
  },
  secrets: {
    type: 'object',
    additionalProperties: false,
    required: ['routingKey'],
    properties: {
      routingKey: {
        type: 'string',
        title: 'Integration key',
        description: 'Of an Events API V2 integration: 32 letters and digits.',
        writeOnly: true,
        minLength: 32,
        maxLength: 32,
        pattern: '^[A-Za-z0-9]{32}$',
      },
    },
  },
  templates: pagerdutyTemplates,
  escape: 'none',
  limits: [
    { what: 'summary', max: pagerdutyLimits.summary, unit: 'characters', beyond: 'cut' },
    { what: 'the whole event', max: pagerdutyLimits.eventBytes, unit: 'bytes', beyond: 'cut' },
    { what: 'events of one key', max: 120, unit: 'requests a minute', beyond: 'paced' },
  ],
  connectionTest: {
    offered: true,
    says: 'Sends the resolution of an alert that does not exist: PagerDuty checks the integration key and drops the event.',
  },
  help: pagerdutyHelp,
};
