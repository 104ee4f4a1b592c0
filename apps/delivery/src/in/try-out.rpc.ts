import { randomBytes } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { renderBodySchema, testInputSchema } from '@waybill/contracts/http/render-and-test';
import { JsonRefused } from '@waybill/contracts/payload/json-refused';
import { parseJson } from '@waybill/contracts/payload/json-text';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { urlQuerySecret } from '@waybill/contracts/sending/query-credentials';
import { secretMask } from '@waybill/contracts/sending/request';
import { Refused } from '@waybill/decider/decider';
import { Invalid } from '@waybill/service-kit/problems';
import { originsOf } from '@waybill/targets/addresses';
import { type Settings, settledBefore, settleUrl } from '@waybill/targets/settle-url';
import type { Template } from '@waybill/template/render';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { TestAudit } from '../test-audit.js';
import { checkConfig } from '../out/check-config.js';
import { type Tried, TryOut } from '../out/try-out.js';

/** What a test may take where the connector does not say. */
const timeoutMsDefault = 15_000;

/** `render` and `test`: the same code as a delivery, in this service because this service delivers. */
@Controller()
export class TryOutRpc {
  constructor(
    @Inject(TryOut) private readonly tryOut: TryOut,
    @Inject(TestAudit) private readonly audit: TestAudit,
  ) {}

  @Rpc('delivery', 'render', renderBodySchema)
  render({ input, body }: RpcRequest<z.output<typeof renderBodySchema>>): Promise<unknown> {
    const { target, config: given = {}, template, type } = input;
    checkConfig(target, given, '/config');
    const { config } = settledBefore(target, { config: given, secrets: {} });
    const templates: Record<string, Template> = template === undefined ? {} : { [type]: template };
    // A preview shows which secrets would stand where, whether they are set or not.
    const tried = { target, config, templates, secretNames: secretNamesMax, timeoutMs: timeoutMsDefault };
    return this.tryOut.preview(tried, type, payloadIn(body));
  }

  @Rpc('delivery', 'test', testInputSchema)
  async test(request: RpcRequest<z.output<typeof testInputSchema>>): Promise<unknown> {
    const { input } = request;
    if ('id' in input) return this.testSaved(request, input);
    const { connector } = input;
    checkConfig(connector.target, connector.config ?? {}, '/connector/config');
    const { config, secrets: given } = settled(
      connector.target,
      { config: connector.config ?? {}, secrets: connector.secrets ?? {} },
      null,
    );
    const secrets = withSigningSecret(connector.target, given);
    const tried: Tried = {
      target: connector.target,
      config,
      templates: connector.templates ?? {},
      secretNames: Object.keys(secrets),
      timeoutMs: connector.limits?.timeoutMs ?? timeoutMsDefault,
    };
    return this.sendAndSay(request, { connectorId: null, tried, secrets });
  }

  private async testSaved(
    request: Request,
    input: Extract<z.output<typeof testInputSchema>, { id: string }>,
  ): Promise<unknown> {
    const saved = await this.tryOut.saved(request.tenant, input.id);
    const changes = input.connector ?? {};
    const { target } = saved.connector;
    const before = settledBefore(target, { config: saved.connector.config, secrets: saved.secrets });
    const wanted = {
      config: merged(before.config, changes.config),
      secrets: merged(before.secrets, withoutMasks(changes.secrets)) as Record<string, string>,
    };
    checkConfig(target, wanted.config, '/connector/config');
    const isGivenNow = typeof withoutMasks(changes.secrets)[urlQuerySecret] === 'string';
    const { config, secrets: given } = settled(target, wanted, isGivenNow ? null : String(before.config['url']));
    const secrets = withSigningSecret(target, given);
    const tried: Tried = {
      target,
      config,
      templates: merged(saved.connector.templates, changes.templates) as Record<string, Template>,
      secretNames: Object.keys(secrets),
      timeoutMs: changes.limits?.timeoutMs ?? saved.connector.limits.timeoutMs,
    };
    return this.sendAndSay(request, { connectorId: input.id, tried, secrets });
  }

  private async sendAndSay(
    { tenant, actor, input, body }: Request,
    test: { connectorId: string | null; tried: Tried; secrets: Record<string, string> },
  ): Promise<unknown> {
    const { type } = input;
    // The schema lets a type be left out only where no notification is rendered.
    const result =
      input.mode === 'connection' || type === undefined
        ? await this.tryOut.testConnection(test.tried, test.secrets)
        : await this.tryOut.test(test.tried, test.secrets, type, payloadIn(body));
    await this.audit.tested(tenant, actor, {
      connectorId: test.connectorId,
      target: test.tried.target,
      notificationType: input.mode === 'connection' ? null : (type ?? null),
      outcome: result.outcome,
      reason: result.reason,
      status: result.status,
      origins: originsOf({ config: test.tried.config, secrets: test.secrets }),
    });
    return result;
  }
}

type Request = RpcRequest<z.output<typeof testInputSchema>>;

/** A connector with all its templates, around the largest payload. */
const bodyBytesMax = 4 * 1024 * 1024;
const bodyDepthMax = 64;

/** The payload as it was written, so that numbers keep their spelling; undefined where the request has none. */
function payloadIn(body: string): JsonTree | undefined {
  try {
    const tree = parseJson(body, { bytesMax: bodyBytesMax, depthMax: bodyDepthMax });
    return tree instanceof Map ? tree.get('payload') : undefined;
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    throw new Invalid([
      {
        pointer: error.pointer,
        code: error.code,
        message: `${error.message} (line ${error.line}, column ${error.column})`,
      },
    ]);
  }
}

/** As registry settles what it saves; a refusal points into the body of a test. */
function settled(target: string, settings: Settings, storedFor: string | null): Settings {
  try {
    return settleUrl(target, settings, storedFor);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(error.code, error.message, `/connector${error.pointer ?? ''}`);
  }
}

/** `****` stands for the value that is set. */
function withoutMasks(secrets: Readonly<Record<string, string | null>> = {}): Record<string, string | null> {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== secretMask));
}

/** Every webhook is signed: one that is not saved yet with a secret that lasts for this test. */
function withSigningSecret(target: string, secrets: Readonly<Record<string, string>>): Record<string, string> {
  if (target !== 'webhook' || secrets['signingSecret'] !== undefined) return { ...secrets };
  return { ...secrets, signingSecret: `whsec_${randomBytes(32).toString('base64')}` };
}

/** Every name of a secret that a target's request may need. */
const secretNamesMax = [
  'password', 'token', 'headerValue', 'clientSecret', 'clientKeyPem', 'clientCertPem', 'signingSecret', 'url', 'urlQuery', 'routingKey',
  'email', 'apiToken', 'username', 'apiKey', 'smtpPassword', 'smtpClientSecret',
]; // prettier-ignore

/** RFC 7396 over the stored members. */
function merged(
  stored: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> {
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
