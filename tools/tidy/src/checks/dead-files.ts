import { posix } from 'node:path';
import { type Check, isCode, type SourceTree } from '../source-tree.js';

/** A source file that nobody imports, starts or names. */
export const deadFiles: Check = (tree) => {
  const used = new Set(
    tree.files.filter(({ path }) => isCodeOrProgram(path)).flatMap(({ path, text }) => imports(path, text)),
  );
  const named = namesOfPrograms(tree);
  return tree.files
    .filter((file) => isCode(file) && !/\.spec\.tsx?$/.test(file.path))
    .filter(({ path }) => !used.has(withoutEnding(path)) && !isStarted(path, named))
    .map(({ path }) => ({ path, line: 1, says: 'is imported by nobody: use it or remove it' }));
};

const isCodeOrProgram = (path: string): boolean => /\.(tsx?|mjs|cjs|js)$/.test(path);
const withoutEnding = (path: string): string => path.replace(/\.(tsx?|m?js)$/, '');

/** Every file a text points at: imports, exports, dynamic imports and workers (`new URL('./jq-worker.js', …)`). */
function imports(path: string, text: string): string[] {
  const found: string[] = [];
  for (const [, quoted = ''] of text.matchAll(/['"`](\.{1,2}\/[^'"`\s]+|@waybill\/[^'"`\s]+)['"`]/g)) {
    const [, , room = '', rest = ''] = /^(@waybill\/)([^/]+)\/(.+)$/.exec(quoted) ?? [];
    if (room === '') found.push(withoutEnding(posix.join(posix.dirname(path), quoted)));
    else for (const place of ['libs', 'tools']) found.push(withoutEnding(`${place}/${room}/src/${rest}`));
  }
  return found;
}

/** What scripts, images and the build start by name, as the text in which to look for it. */
function namesOfPrograms(tree: SourceTree): string {
  return tree.files
    .filter(({ path }) =>
      /(^|\/)(package\.json|project\.json|Dockerfile[^/]*|docker-compose\.yml|bootstrap\.mjs|vite\.config\.ts|.*\.html)$/.test(
        path,
      ),
    )
    .map(({ text }) => text)
    .join('\n');
}

function isStarted(path: string, named: string): boolean {
  if (/^(apps|tools)\/[^/]+\/src\/(main|migrate|rebuild|rewrap|hold|release)\.tsx?$/.test(path)) return true;
  const file =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.tsx?$/, '') ?? '';
  return named.includes(`dist/${file}.js`) || named.includes(`'${file}.js'`) || named.includes(`/src/${file}.ts`);
}
