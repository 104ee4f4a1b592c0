import type { Story } from '../story.js';
import { ends } from './ends.js';
import { retry } from './retry.js';
import { signing } from './signing.js';
import { why } from './why.js';

/** One file a numbered point of the engine's promises: 1 retry, 2 isolation, 3 ends, 4 again, … */
export const engine: Story = {
  name: 'engine',
  about: 'the delivery engine: nothing lost, nobody held up, everything explained',
  tell: (stage) => [...retry(stage), ...ends(stage), ...why(stage), ...signing(stage)],
};
