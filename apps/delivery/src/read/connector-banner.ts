import { meaningOfReason } from '@waybill/contracts/codes/end-reasons';
import type { ConnectorBanner, ConnectorStanding } from '@waybill/contracts/http/connector-banner';
import type { Attempt } from '@waybill/contracts/http/deliveries';
import { givenUpReasons, type HealthEvent } from '@waybill/delivery/connector-health';
import type { EventLog, RecordedEvent } from '@waybill/event-log/log';
import { streamOf } from '../work/job.js';
import type { Connector } from '../work/connectors.js';
import { deliveryView } from './delivery-view.js';
import type { HealthRow } from './health-rows.js';

/** Pauses of a connector that is told to wait again and again; what is said of it stands among the newest. */
const healthEventsMax = 500;
const attemptEventsMax = 2_000;

export interface BannerParts {
  readonly log: Pick<EventLog, 'readStream'>;
  readonly connectorOf: (id: string) => Connector | undefined;
  /** The connectors that are paused or failing, as current as the log. */
  readonly rows: (tenant: string) => Promise<HealthRow[]>;
}

/** What a page about a connector warns of: paused, failing, given up, each with the target's own words. */
export class ConnectorBanners {
  constructor(private readonly parts: BannerParts) {}

  /** Of a connector that is not this tenant's, or of which nothing is known, everything is null. */
  async of(tenant: string, id: string, nowMs: number): Promise<ConnectorStanding> {
    return { banner: await this.bannerOf(tenant, id, nowMs) };
  }

  private async bannerOf(tenant: string, id: string, nowMs: number): Promise<ConnectorBanner> {
    const [rows, events] = await Promise.all([
      this.parts.rows(tenant),
      this.parts.log.readStream(`connectorhealth-${id}`, { backwards: true, limit: healthEventsMax }),
    ]);
    const own = events.filter((event) => event.tenant === tenant);
    const row = rows.find(({ connectorId, tenant: of }) => connectorId === id && of === tenant);
    return {
      paused: pausedOf(own, row, nowMs),
      failing: await this.failingOf(tenant, own, row),
      givenUp: await this.givenUpOf(tenant, own, this.parts.connectorOf(id)),
    };
  }

  private async failingOf(
    tenant: string,
    events: readonly RecordedEvent[],
    row: HealthRow | undefined,
  ): Promise<ConnectorBanner['failing']> {
    if (row?.failingSinceMs === undefined || row.failingSinceMs === null) return null;
    const shown = newest(events, 'ConnectorFailing', 'ConnectorPaused');
    const since = new Date(row.failingSinceMs).toISOString();
    return { since, ...(await this.troubled(tenant, shown, row.because)) };
  }

  private async givenUpOf(
    tenant: string,
    events: readonly RecordedEvent[],
    connector: Connector | undefined,
  ): Promise<ConnectorBanner['givenUp']> {
    const event = newest(events, 'ConnectorGivenUp');
    if (event === undefined || !isStillGivenUp(events, event, connector)) return null;
    const { reason, because } = (event as unknown as Extract<HealthEvent, { type: 'ConnectorGivenUp' }>).data;
    const words = meaningOfReason(reason) ?? reason;
    return { at: event.at, why: reason, words, ...(await this.troubled(tenant, event, because)) };
  }

  private async troubled(tenant: string, event: RecordedEvent | undefined, because: string | null) {
    const deliveryId = typeof event?.data['deliveryId'] === 'string' ? event.data['deliveryId'] : null;
    const reason = because ?? 'unknown';
    const targetSaid = deliveryId === null ? null : await this.saidBy(tenant, deliveryId);
    return { reason, meaning: meaningOfReason(reason), deliveryId, targetSaid };
  }

  private async saidBy(tenant: string, deliveryId: string): Promise<Pick<Attempt, 'response' | 'error'> | null> {
    const events = await this.parts.log.readStream(streamOf(deliveryId), { limit: attemptEventsMax });
    if (events[0]?.tenant !== tenant) return null;
    const { attempts = [] } = deliveryView(tenant, events);
    const last = attempts.findLast(({ outcome }) => outcome === 'refused' || outcome === 'unknown');
    return last === undefined ? null : { response: last.response, error: last.error };
  }
}

function pausedOf(
  events: readonly RecordedEvent[],
  row: HealthRow | undefined,
  nowMs: number,
): ConnectorBanner['paused'] {
  if (row === undefined || row.pausedUntilMs <= nowMs) return null;
  const because = newest(events, 'ConnectorPaused')?.data['because'];
  const reason = typeof because === 'string' ? because : 'unknown';
  return { until: new Date(row.pausedUntilMs).toISOString(), reason, meaning: meaningOfReason(reason) };
}

/** Until somebody enables it: then it begins anew, whatever was said before. */
function isStillGivenUp(
  events: readonly RecordedEvent[],
  givenUp: RecordedEvent,
  connector: Connector | undefined,
): boolean {
  if (connector?.state === 'disabled') return givenUpReasons.has(connector.disabledBecause ?? '');
  const asked = newest(events, 'ConnectorDisableAsked');
  return connector?.state === 'enabled' && (asked === undefined || asked.position < givenUp.position);
}

/** `events` are newest first. */
function newest(events: readonly RecordedEvent[], ...types: readonly HealthEvent['type'][]): RecordedEvent | undefined {
  return events.find(({ type }) => (types as readonly string[]).includes(type));
}
