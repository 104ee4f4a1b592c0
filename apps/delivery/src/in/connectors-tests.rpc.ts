import { Controller, Inject } from '@nestjs/common';
import { type ConnectorsTests, connectorsTestsInputSchema } from '@waybill/contracts/http/connectors';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { LastTests } from '../read/test-rows.js';

/** `connectors.tests`: for registry, which shows the last test with the connector. */
@Controller()
export class ConnectorsTestsRpc {
  constructor(@Inject(LastTests) private readonly tests: LastTests) {}

  @Rpc('delivery', 'connectors.tests', connectorsTestsInputSchema)
  async of({ tenant, input }: RpcRequest<z.output<typeof connectorsTestsInputSchema>>): Promise<ConnectorsTests> {
    return { items: await this.tests.of(tenant, input.ids) };
  }
}
