import { writeFileSync } from 'node:fs';
import { codesPage } from '@waybill/contracts/codes/codes-page';

/** `npm run codes`: writes docs/codes.md out of the lists in libs/contracts (build that first). */
writeFileSync('docs/codes.md', codesPage());
