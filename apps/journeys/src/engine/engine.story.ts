import type { Story } from '../story.js';
import { retry } from './retry.js';

/** One file a numbered point of the engine's promises: 1 retry, 2 isolation, 3 ends, 4 again, … */
export const engine: Story = {
  name: 'engine',
  about: 'the delivery engine: nothing lost, nobody held up, everything explained',
  tell: (stage) => [...retry(stage)],
};
