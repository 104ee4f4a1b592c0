import type { EventLog } from '@waybill/event-log/log';
import { newId } from '@waybill/service-kit/ids';

/** Who tried which connector with what result; `ConnectorTested@1`, in a stream of its own. No request, no answer: those go to the person only. */
export interface ConnectorTested {
  /** null: a connector that is not saved. */
  readonly connectorId: string | null;
  readonly target: string;
  /** null: only the connection was tested. */
  readonly notificationType: string | null;
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  readonly reason: string | null;
  /** HTTP status; null where there was none. */
  readonly status: number | null;
  /** Scheme, host and port of every address that it could have sent to: a test may be of other addresses than the connector's, with its secrets. */
  readonly origins?: readonly string[] | undefined;
}

/** Puts tests on the record: they leave this service, so somebody may ask who sent them. */
export class TestAudit {
  constructor(private readonly eventLog: EventLog) {}

  async tested(tenant: string, actor: string, data: ConnectorTested): Promise<void> {
    const stream = `connectortest-${data.connectorId ?? newId('con')}`;
    const event = { type: 'ConnectorTested', schemaVersion: 1, data, meta: { actor } };
    await this.eventLog.append({ streams: [{ stream, tenant, expected: 'any', events: [event] }] });
  }
}
