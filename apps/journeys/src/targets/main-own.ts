import { readFileSync } from 'node:fs';
import type { DevContent } from '@waybill/dev-stack/dev-file';
import { ReceiversClient } from '@waybill/receivers/client';
import { Api } from '../api.js';
import type { Stage } from '../stage.js';
import type { Story } from '../story.js';
import { acceptance } from './acceptance.js';
import { oneTicket } from './one-ticket.js';
import { preview } from './preview.js';
import { targetTable } from './target-table.js';

const stories: readonly Story[] = [targetTable, acceptance, preview, oneTicket];
const [file = '', name] = process.argv.slice(2);
const dev = JSON.parse(readFileSync(file, 'utf8')) as DevContent;
const stage = { dev, api: new Api(dev.httpUrl, dev.adminKey), receivers: new ReceiversClient(dev.receiversUrl), long: false } as unknown as Stage;
for (const story of stories) {
  if (name !== undefined && story.name !== name) continue;
  console.log(`\n${story.name}: ${story.about}`);
  for (const { says, holds } of story.tell(stage)) {
    const begun = performance.now();
    try {
      const figures = await holds();
      console.log(`ok   ${says} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n${figures}`);
    } catch (error) {
      console.log(`FAIL ${says} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n${String(error)}`);
    }
  }
}
