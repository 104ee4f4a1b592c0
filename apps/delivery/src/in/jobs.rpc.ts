import { Controller, Inject } from '@nestjs/common';
import { jobInputSchema, jobListInputSchema, redeliveriesBodySchema } from '@waybill/contracts/http/redelivery';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { HandleJob, type JobTurn } from '../handle-job.js';
import { Jobs, jobView } from '../read/jobs.js';

type JobRequest = RpcRequest<z.output<typeof jobInputSchema>>;

/** `redeliveries.create` and `jobs.*`. */
@Controller()
export class JobsRpc {
  constructor(
    @Inject(HandleJob) private readonly handle: HandleJob,
    @Inject(Jobs) private readonly jobs: Jobs,
  ) {}

  @Rpc('delivery', 'redeliveries.create', redeliveriesBodySchema)
  async create({ tenant, actor, input }: RpcRequest<z.output<typeof redeliveriesBodySchema>>): Promise<unknown> {
    const { filter, mode, dryRun } = input;
    return dryRun
      ? this.handle.preview(tenant, filter)
      : jobView(await this.handle.create(tenant, actor, filter, mode));
  }

  @Rpc('delivery', 'jobs.list', jobListInputSchema)
  list({ tenant, input }: RpcRequest<z.output<typeof jobListInputSchema>>): Promise<unknown> {
    return this.jobs.page(tenant, input);
  }

  @Rpc('delivery', 'jobs.get', jobInputSchema)
  async get({ tenant, input }: JobRequest): Promise<unknown> {
    return jobView(await this.jobs.get(tenant, input.id));
  }

  @Rpc('delivery', 'jobs.pause', jobInputSchema)
  pause(request: JobRequest): Promise<unknown> {
    return this.turn(request, 'PauseJob');
  }

  @Rpc('delivery', 'jobs.resume', jobInputSchema)
  resume(request: JobRequest): Promise<unknown> {
    return this.turn(request, 'ResumeJob');
  }

  @Rpc('delivery', 'jobs.cancel', jobInputSchema)
  cancel(request: JobRequest): Promise<unknown> {
    return this.turn(request, 'CancelJob');
  }

  private async turn({ tenant, input, actor }: JobRequest, type: JobTurn): Promise<unknown> {
    return jobView(await this.handle.turn(tenant, input.id, type, actor));
  }
}
