import {
  JsonNumber,
  type JsonObject,
  type JsonTree,
  stringifyTree,
  treeOf,
} from '@waybill/contracts/payload/json-tree';
import { objectIn, setMissing } from '../body.js';
import { fitLongText, fitSummary } from '../jira/jira.issue.js';
import { required, section } from '../settings.js';
import type { Sending } from '../target.js';

/** A customer request as it is sent, and its values. */
export interface CustomerRequest {
  readonly body: JsonObject;
  readonly values: JsonObject;
}

/** The template's result as a request; null where it has neither values nor a summary to make them of. */
export function readRequest(body: JsonObject | null): CustomerRequest | null {
  if (body === null) return null;
  const values = objectIn(body, 'requestFieldValues');
  if (values !== null) return { body, values };
  return body.has('summary') ? { body: new Map([['requestFieldValues', body]]), values: body } : null;
}

/** Completes a request in place from the connector's settings, where the template is silent, and makes it fit. */
export function completeRequest({ body, values }: CustomerRequest, sending: Sending, notes: string[]): void {
  const { config } = sending;
  for (const key of ['serviceDeskId', 'requestTypeId']) {
    const given = body.get(key);
    // Numbers are refused, ids are texts; `<SERVICE DESK ID>` is what the original's template asks people to replace.
    const text = given instanceof JsonNumber ? given.text : given;
    body.set(key, typeof text === 'string' && !/^(?:<.*>)?$/.test(text) ? text : idOf(config, key));
  }
  for (const [key, value] of Object.entries(section(config, 'fields'))) setMissing(values, key, treeOf(value));
  fitSummary(values, sending.notificationType, notes);
  const description = values.get('description');
  if (description === undefined) return;
  const fitted = fitLongText(
    description,
    body.get('isAdfRequest') === true ? 'cloud' : 'data-center',
    'The description',
    notes,
  );
  if (fitted === null) values.delete('description');
  else values.set('description', fitted);
}

/** An id of the connector's settings; people and forms give numbers too. */
export function idOf(config: Readonly<Record<string, unknown>>, key: string): string {
  const value = config[key];
  return typeof value === 'number' ? String(value) : required(config, key);
}

/** The description as the platform shows it in version 2: wiki markup, or the text of the document. */
export function descriptionText(values: JsonObject): string {
  const description: JsonTree | undefined = values.get('description');
  if (description === undefined || description === null) return '';
  return typeof description === 'string' ? description : stringifyTree(description);
}
