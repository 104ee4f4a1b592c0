// Writes the types of the console's API client out of the OpenAPI document, the one that the gateway answers at /openapi.json.
// Use: node tools/build/api-client.mjs [--check]   (after tools/build/build.mjs; --check fails when the written file is another)
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { openApi } from '../../apps/gateway/dist/documents/openapi.js';
import { routeTable } from '../../apps/gateway/dist/route-table.js';

const file = 'apps/console/src/api/openapi.generated.ts';
const head =
  '// Generated from /openapi.json by `npm run api-client`. A change is made in libs/contracts or in a *.routes.ts.\n\n';

// By way of its text, because what is generated must be what a client reads.
const document = JSON.parse(JSON.stringify(openApi(routeTable)));
const written = head + astToString(await openapiTS(document));
const text = await format(written, { ...(await resolveConfig(file)), parser: 'typescript' });

if (process.argv.includes('--check')) {
  const isCurrent = textOf(file) === text;
  if (!isCurrent) console.log(`${file} is not what /openapi.json says: run npm run api-client and commit it`);
  process.exit(isCurrent ? 0 : 1);
}
writeFileSync(file, text);
console.log(`${file}: ${Object.keys(document.paths).length} paths`);

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
