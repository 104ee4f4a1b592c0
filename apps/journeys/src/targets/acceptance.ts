import type { Story } from '../story.js';
import { documented } from './acceptance-documented.js';
import { mailAndTests } from './acceptance-mail-and-tests.js';
import { pastedTemplates } from './acceptance-pasted.js';
import { routing } from './acceptance-routing.js';

export const acceptance: Story = {
  name: 'acceptance',
  about:
    'The acceptance scenarios of the original system, with its documented templates pasted, through the running system.',
  tell: (stage) => [...documented(stage), ...mailAndTests(stage), ...routing(stage), ...pastedTemplates(stage)],
};
