import { EventEmitter } from 'node:events';
import { Overloaded } from '@waybill/service-kit/problems';
import { admission } from './admission.js';
import type { GatewayRequest, GatewayResponse } from './gateway-request.js';

const asked = (path: string): GatewayRequest => ({ url: path, originalUrl: path }) as GatewayRequest;

describe('admission', () => {
  it('lets as many in as its bound, refuses one more, and lets the next in when one was answered', () => {
    const admit = admission(2);
    const responses = [1, 2, 3, 4].map(() => new EventEmitter() as unknown as GatewayResponse);
    const said: unknown[] = [];
    const enter = (at: number): void =>
      admit(asked('/v1/notifications'), responses[at] as GatewayResponse, (error) => said.push(error));
    enter(0);
    enter(1);
    enter(2);
    (responses[0] as unknown as EventEmitter).emit('close');
    enter(3);
    expect(said).toEqual([undefined, undefined, expect.any(Overloaded), undefined]);
  });

  it('does not count feeds', () => {
    const admit = admission(1);
    const said: unknown[] = [];
    for (const path of ['/v1/live', '/v1/live', '/v1/deliveries'])
      admit(asked(path), new EventEmitter() as unknown as GatewayResponse, (error) => said.push(error));
    expect(said).toEqual([undefined, undefined, undefined]);
  });
});
