import { Controller, Inject } from '@nestjs/common';
import { shreddedMax } from '@waybill/contracts/http/shredding';
import type { ServiceName } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { Ask, type Asked, type Caller, On } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';
import { shreddingRoutes } from './shredding.routes.js';

type Routes = typeof shreddingRoutes;

/** Deleting keys and messages of a few hundred payloads takes longer than a read. */
const shredTimeoutMs = 20_000;
const pageLimit = 100;
/** The two that seal payloads: what arrived, and what was made from it. */
const sealing: readonly ServiceName[] = ['subscriptions', 'delivery'];

interface Shredded {
  readonly shredded: readonly string[];
  readonly held: readonly string[];
}

@Controller()
export class ShreddingController {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  @On(shreddingRoutes.shred)
  async shred(@Ask() { caller, body }: Asked<Routes['shred']>): Promise<object> {
    const { notificationId, before, reason } = body;
    if (notificationId !== undefined) {
      // A notification that does not exist has nothing to shred; saying "done" would be a lie.
      await this.rpc.ask(caller, 'subscriptions', 'notifications.get', { id: notificationId });
      const { shredded, held } = await this.shredSome(caller, [notificationId], reason);
      if (held.length > 0)
        throw new Refused('legal_hold', `A legal hold keeps the payload of ${notificationId}.`, '/notificationId');
      return { shredded: shredded.length, held, more: false, nextCursor: null };
    }
    return this.shredBefore(caller, before as string, reason, body.cursor);
  }

  @On(shreddingRoutes.hold)
  async hold(@Ask() { caller, body }: Asked<Routes['hold']>): Promise<object> {
    const { notificationId, held, reason } = body;
    const input = { subject: notificationId ?? null, held, reason };
    for (const service of sealing) await this.rpc.ask(caller, service, 'payloads.hold', input);
    return { notificationId: notificationId ?? null, held };
  }

  /** Newest first, as the list goes; what was shredded before is shredded again, which changes nothing. */
  private async shredBefore(caller: Caller, before: string, reason: string, from?: string): Promise<object> {
    let count = 0;
    const kept: string[] = [];
    let cursor = from;
    do {
      const page: { items: { id: string }[]; nextCursor: string | null } = await this.rpc.ask(
        caller,
        'subscriptions',
        'notifications.list',
        {
          until: before,
          limit: pageLimit,
          ...(cursor === undefined ? {} : { cursor }),
        },
      );
      if (page.items.length > 0) {
        const { shredded, held } = await this.shredSome(
          caller,
          page.items.map(({ id }) => id),
          reason,
        );
        count += shredded.length;
        kept.push(...held);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && count + kept.length < shreddedMax);
    return { shredded: count, held: kept, more: cursor !== undefined, nextCursor: cursor ?? null };
  }

  private async shredSome(caller: Caller, ids: readonly string[], reason: string): Promise<Shredded> {
    const input = { subjects: ids, reason };
    const options = { timeoutMs: shredTimeoutMs };
    // Delivery first: what was made from a payload must not outlive it when the second step fails.
    await this.rpc.ask<Shredded>(caller, 'delivery', 'payloads.shred', input, options);
    return this.rpc.ask<Shredded>(caller, 'subscriptions', 'payloads.shred', input, options);
  }
}
