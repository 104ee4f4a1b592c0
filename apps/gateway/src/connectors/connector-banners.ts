import { Inject, Injectable } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import type { ConnectorStanding } from '@waybill/contracts/http/connector-banner';
import type { Connector } from '@waybill/contracts/http/connectors';
import type { Caller } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';

/** A connector is shown without its banner rather than late. */
const bannerTimeoutMs = 1_000;

/** Adds to a connector what delivery can say of it. With delivery away it is shown as registry has it, and `banner` is null. */
@Injectable()
export class ConnectorBanners {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  async of(caller: Caller, id: string): Promise<ConnectorStanding | null> {
    try {
      return await this.rpc.ask(caller, 'delivery', 'connectors.banner', { id }, { timeoutMs: bannerTimeoutMs });
    } catch (error) {
      if (error instanceof AskFailed) return null;
      throw error;
    }
  }

  async with(caller: Caller, connector: Connector): Promise<Connector> {
    const standing = await this.of(caller, connector.id);
    return { ...connector, ...(standing ?? { banner: null }) };
  }
}
