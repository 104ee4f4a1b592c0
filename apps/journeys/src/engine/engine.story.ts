import type { Story } from '../story.js';
import { again } from './again.js';
import { costs } from './costs.js';
import { egress } from './egress.js';
import { ends } from './ends.js';
import { isolation } from './isolation.js';
import { otherTime } from './other-time.js';
import { overload } from './overload.js';
import { retry } from './retry.js';
import { routing } from './routing.js';
import { secrets } from './secrets.js';
import { signing } from './signing.js';
import { unknown } from './unknown.js';
import { why } from './why.js';

/** One file a numbered point of the engine's promises, in their order; what it costs to run stands last. */
export const engine: Story = {
  name: 'engine',
  about: 'the delivery engine: nothing lost, nobody held up, everything explained',
  tell: (stage) => [
    ...retry(stage),
    ...otherTime(stage),
    ...isolation(stage),
    ...ends(stage),
    ...why(stage),
    ...again(stage),
    ...routing(stage),
    ...unknown(stage),
    ...egress(stage),
    ...signing(stage),
    ...secrets(stage),
    ...overload(stage),
    ...costs(stage),
  ],
};
