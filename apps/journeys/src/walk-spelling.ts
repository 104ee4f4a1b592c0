import type { Stage } from './stage.js';
import { eventually, hold, type Promised, same } from './story.js';
import { arriveWaitMs, overText, simpleSink } from './walk-ways.js';

/** Numbers that lose digits or their form in a double, an order that an object with number-like keys would change, blanks. */
const spelled =
  '{ "z":1.50,"a": 1594153092.2202642, "10":1e2,"2":12345678901234567890,"t":"12345678901234567890 \\u00e9","deep":{"y":-0.0,"x":[1.0,2.00]}}';
const spelledCompact =
  '{"z":1.50,"a":1594153092.2202642,"10":1e2,"2":12345678901234567890,"t":"12345678901234567890 é","deep":{"y":-0.0,"x":[1.0,2.00]}}';
const spelledTemplate = '{"b":{{z}},"a":{{a}},"big":{{2}},"text":"{{2}} and {{t}}","exp":{{10}},"deep":{{deep}}}';
const spelledWanted =
  '{"b":1.50,"a":1594153092.2202642,"big":12345678901234567890,"text":"12345678901234567890 and 12345678901234567890 é","exp":1e2,"deep":{"y":-0.0,"x":[1.0,2.00]}}';

/** What the publisher wrote is what the target reads. */
export function spelling(stage: Stage): Promised[] {
  const type = `walk-spelling-${Date.now()}`;
  const compact = (text: string): string =>
    text.replaceAll('\\u00e9', 'é').replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '');
  return (['jetstream', 'http'] as const).map((way) => ({
    says: `numbers keep their spelling and keys their order from the ${way === 'http' ? 'HTTP' : 'NATS'} publish to the target`,
    holds: async () => {
      if (way === 'jetstream') await simpleSink(stage, type, spelledTemplate);
      const before = (await stage.receivers.received({ target: 'webhook', name: type })).length;
      const published =
        way === 'jetstream'
          ? await overText(stage, type, spelled)
          : (await stage.api.call('POST', '/v1/notifications', `{"type":"${type}","payload":${spelled}}`)).text;
      const items = await eventually('the call', arriveWaitMs, async () => {
        const found = await stage.receivers.received({ target: 'webhook', name: type });
        return found.length > before ? found : null;
      });
      same(items.at(-1)?.body, spelledWanted, 'the body at the target');
      const [newest] = await stage.api.all<{ id: string }>(`/v1/notifications?type=${type}`);
      const { text } = await stage.api.call('GET', `/v1/notifications/${newest?.id ?? ''}`);
      hold(
        compact(text).includes(`"payload":${spelledCompact}`),
        `the record does not show the payload as it was published: ${text.slice(0, 400)} (${published})`,
      );
      return spelledWanted;
    },
  }));
}
