import { useEffect, useRef, useState } from 'react';
import type { LogEvent } from './shapes';

/** What the feed sends, by name: EventSource hears only names that it was told. */
const eventTypes = [
  'DeliveryAccepted',
  'AttemptStarted',
  'AttemptFailed',
  'AttemptUnknown',
  'RetryScheduled',
  'DeliveryDelivered',
  'DeliveryDeadLettered',
  'DeliveryCancelled',
  'DeliverySuppressed',
  'RedeliveryRequested',
  'NotificationRouted',
  'NotificationRefused',
  'ConnectorCreated',
  'ConnectorUpdated',
  'ConnectorSecretsReplaced',
  'ConnectorEnabled',
  'ConnectorDisabled',
  'ConnectorDeleted',
  'SubscriptionCreated',
  'SubscriptionUpdated',
  'SubscriptionEnabled',
  'SubscriptionDisabled',
  'SubscriptionDeleted',
] as const;

export type LiveState = 'off' | 'connecting' | 'live' | 'lost';

/**
 * Hears the live feed while `on`, and says how it stands. The browser comes back by itself with the last event's id, so nothing is missed;
 * a hidden tab stops listening, and goes on where it stopped when it is seen again. Where nothing was heard before it was hidden there is
 * no place to go on from: `missed` is called, to read again what is shown.
 */
export function useLive(on: boolean, hear: (event: LogEvent) => void, missed?: () => void): LiveState {
  const [state, setState] = useState<LiveState>('off');
  const heard = useRef(hear);
  heard.current = hear;
  const isSeen = useIsSeen();
  /** Where the feed was left; a new EventSource knows nothing of the one before it. */
  const place = useRef('');
  const wasHidden = useRef(false);
  useEffect(() => {
    if (!on) place.current = '';
    if (!on || !isSeen) {
      wasHidden.current = on && !isSeen;
      setState('off');
      return;
    }
    if (wasHidden.current && place.current === '') missed?.();
    wasHidden.current = false;
    setState('connecting');
    const source = new EventSource(
      place.current === '' ? '/v1/live' : `/v1/live?after=${encodeURIComponent(place.current)}`,
    );
    source.onopen = () => setState('live');
    source.onerror = () => setState(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting');
    const listen = (message: MessageEvent<string>): void => {
      place.current = message.lastEventId;
      heard.current(JSON.parse(message.data) as LogEvent);
    };
    for (const type of eventTypes) source.addEventListener(type, listen);
    return () => source.close();
  }, [on, isSeen]);
  return state;
}

function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setSeen(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isSeen;
}
