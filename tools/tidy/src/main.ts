import { writeFileSync } from 'node:fs';
import { barrels } from './checks/barrels.js';
import { catalogueOnly } from './checks/catalogue.js';
import { codes } from './checks/codes.js';
import { deadFiles } from './checks/dead-files.js';
import { events } from './checks/events.js';
import { length } from './checks/length.js';
import { migrations, recordOf, releasedFile } from './checks/migrations.js';
import { pages } from './checks/pages.js';
import { pureDomains } from './checks/pure-domains.js';
import { rooms } from './checks/rooms.js';
import { subjects } from './checks/subjects.js';
import { tests } from './checks/tests.js';
import { words } from './checks/words.js';
import { type Check, readTree } from './source-tree.js';

/** `npm run tidy`: the law of STYLE.md as far as a program can judge it. Exit 1 when something fails; notes do not. */
const checks: readonly Check[] = [
  length,
  barrels,
  rooms,
  pureDomains,
  subjects,
  words,
  tests,
  events,
  codes,
  catalogueOnly,
  deadFiles,
  migrations,
  pages,
];

const began = performance.now();
const tree = readTree(process.cwd());
if (process.argv.includes('--release')) {
  writeFileSync(releasedFile, `${JSON.stringify(recordOf(tree), null, 2)}\n`);
  console.log(`${releasedFile} names every migration of today`);
} else {
  const findings = checks
    .flatMap((check) => check(tree))
    .sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
  for (const { path, line, says, note } of findings) console.log(`${note ? 'note ' : ''}${path}:${line} ${says}`);
  const failures = findings.filter(({ note }) => note === undefined).length;
  console.log(
    `tidy: ${failures} to mend, ${findings.length - failures} notes, ${tree.files.length} files, ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}
