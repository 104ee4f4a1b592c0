import { once } from 'node:events';
import { Controller, Inject, Res } from '@nestjs/common';
import { verifyEventsMax } from '@waybill/contracts/http/log-proofs';
import { parseVkeys } from '@waybill/event-log/note';
import { LogVerifier } from '@waybill/event-log/verify-log';
import type { GatewayResponse } from '../edge/gateway-request.js';
import { Ask, type Asked, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { rangeLines } from './export-lines.js';
import { logRoutes } from './log.routes.js';
import { LogSource } from './log-source.js';
import { notificationRoutes } from '../notifications/notifications.routes.js';
import { replayRoutes } from './replay.routes.js';
import { planExport, writeExport } from './write-export.js';

type Routes = typeof logRoutes & { replay: (typeof replayRoutes)['attempt'] };

/** What an auditor takes home: checkpoints, proofs and exports, none of which has to be believed. */
@Controller()
export class LogProofsController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(logRoutes.checkpoint)
  async checkpoint(
    @Ask() { caller, params: { log } }: Asked<Routes['checkpoint']>,
    @Res() response: GatewayResponse,
  ): Promise<void> {
    const { note } = await this.source({ caller, log }).notary<{ note: string }>('checkpoint', { log });
    sendText(response, note);
  }

  @On(logRoutes.proof)
  async proof(
    @Ask() { caller, params: { log }, query }: Asked<Routes['proof']>,
    @Res() response: GatewayResponse,
  ): Promise<void> {
    const source = this.source({ caller, log });
    sendText(response, query.entry ? await source.receipt(query.position) : await source.proof(query.position));
  }

  /** What a publisher keeps: that its notification is in the log, to be shown to anybody who has the notary's key. */
  @On(notificationRoutes.receipt)
  async receipt(
    @Ask() { caller, params }: Asked<(typeof notificationRoutes)['receipt']>,
    @Res() response: GatewayResponse,
  ): Promise<void> {
    const { position, routing } = await this.rpc.ask<{ position: number; routing: { log: string } }>(
      caller,
      'subscriptions',
      'notifications.get',
      params,
    );
    sendText(response, await this.source({ caller, log: routing.log }).receipt(position));
  }

  @On(logRoutes.consistency)
  consistency(@Ask() { caller, params: { log }, query }: Asked<Routes['consistency']>): Promise<object> {
    return this.source({ caller, log }).notary<object>('consistency', { log, ...query });
  }

  @On(logRoutes.export)
  async export(
    @Ask() { caller, params: { log }, query }: Asked<Routes['export']>,
    @Res() response: GatewayResponse,
  ): Promise<void> {
    const plan = await planExport(this.source({ caller, log }), query);
    response.status(200);
    response.setHeader('Content-Type', 'application/x-tar');
    response.setHeader('Content-Disposition', `attachment; filename="${log}.tar"`);
    for await (const piece of writeExport(log, plan)) {
      if (response.destroyed) return;
      if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  }

  /** Walks a range as the offline verifier would; worth what this server is worth, which is why exports exist. */
  @On(logRoutes.verify)
  async verify(@Ask() { caller, params: { log }, body }: Asked<Routes['verify']>): Promise<object> {
    const source = this.source({ caller, log });
    const [{ vkeys }, whole] = await Promise.all([
      source.notary<{ vkeys: string }>('status', {}),
      source.signedRange(body.from, body.to, undefined),
    ]);
    const to = Math.min(whole.to, body.from + verifyEventsMax - 1);
    const range = to === whole.to ? whole : await source.signedRange(body.from, to, undefined);
    const proof = {
      kind: 'range',
      from: body.from,
      to,
      size: range.size,
      left: range.left,
      consistency: range.consistency,
      previous: null,
    } as const;
    const verifier = new LogVerifier(log, range.checkpoint, proof, parseVkeys(vkeys), []);
    for await (const page of rangeLines(source, { from: body.from, to, size: range.size }, false))
      for (const line of page) verifier.take(line);
    const { verified, firstBad, events, cannotConclude } = verifier.verdict();
    const nextFrom = to < whole.to ? to + 1 : null;
    return {
      log,
      verified,
      from: body.from,
      to,
      nextFrom,
      events,
      firstBad,
      cannotConclude,
      checkpoint: range.checkpoint,
    };
  }

  @On(replayRoutes.attempt)
  replay(@Ask() { caller, params, query }: Asked<Routes['replay']>): Promise<object> {
    return this.rpc.ask<object>(caller, 'delivery', 'deliveries.replay', { ...params, ...query });
  }

  private source({ caller, log }: { caller: Asked<Routes['proof']>['caller']; log: string }): LogSource {
    return new LogSource(this.rpc, caller, log);
  }
}

function sendText(response: GatewayResponse, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.status(200).send(text);
}
