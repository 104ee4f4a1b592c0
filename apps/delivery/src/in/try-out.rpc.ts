import { Controller, Inject } from '@nestjs/common';
import { renderBodySchema, testInputSchema } from '@waybill/contracts/http/render-and-test';
import type { Template } from '@waybill/template/render';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { type Tried, TryOut } from '../out/try-out.js';

/** What a test may take where the connector does not say. */
const timeoutMsDefault = 15_000;

/** `render` and `test`: the same code as a delivery, in this service because this service delivers. */
@Controller()
export class TryOutRpc {
  constructor(@Inject(TryOut) private readonly tryOut: TryOut) {}

  @Rpc('delivery', 'render', renderBodySchema)
  render({ input }: RpcRequest<z.output<typeof renderBodySchema>>): Promise<unknown> {
    const { target, config = {}, template, type, payload } = input;
    const templates: Record<string, Template> = template === undefined ? {} : { [type]: template };
    // A preview shows which secrets would stand where, whether they are set or not.
    const tried = { target, config, templates, secretNames: secretNamesMax, timeoutMs: timeoutMsDefault };
    return this.tryOut.preview(tried, type, payload);
  }

  @Rpc('delivery', 'test', testInputSchema)
  async test({ tenant, input }: RpcRequest<z.output<typeof testInputSchema>>): Promise<unknown> {
    if ('id' in input) return this.testSaved(tenant, input);
    const { connector, type, payload } = input;
    const secrets = (connector.secrets ?? {}) as Record<string, string>;
    const tried: Tried = {
      target: connector.target,
      config: connector.config ?? {},
      templates: connector.templates ?? {},
      secretNames: Object.keys(secrets),
      timeoutMs: connector.limits?.timeoutMs ?? timeoutMsDefault,
    };
    return this.tryOut.test(tried, secrets, type, payload);
  }

  private async testSaved(tenant: string, input: Extract<z.output<typeof testInputSchema>, { id: string }>): Promise<unknown> {
    const saved = await this.tryOut.saved(tenant, input.id);
    const changes = input.connector ?? {};
    const secrets = merged(saved.secrets, changes.secrets) as Record<string, string>;
    const tried: Tried = {
      target: saved.connector.target,
      config: merged(saved.connector.config, changes.config),
      templates: merged(saved.connector.templates, changes.templates) as Record<string, Template>,
      secretNames: Object.keys(secrets),
      timeoutMs: changes.limits?.timeoutMs ?? saved.connector.limits.timeoutMs,
    };
    return this.tryOut.test(tried, secrets, input.type, input.payload);
  }
}

/** Every name of a secret that a target's request may need. */
const secretNamesMax = [
  'password', 'token', 'headerValue', 'clientSecret', 'clientKeyPem', 'clientCertPem', 'signingSecret', 'url', 'routingKey',
  'email', 'apiToken', 'username', 'apiKey', 'smtpPassword',
]; // prettier-ignore

/** RFC 7396 over the stored members. */
function merged(stored: Readonly<Record<string, unknown>>, patch: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> {
  const result: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(patch ?? {})) {
    if (value === null) delete result[name];
    else if (isObject(value) && isObject(result[name])) result[name] = merged(result[name], value);
    else result[name] = value;
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
