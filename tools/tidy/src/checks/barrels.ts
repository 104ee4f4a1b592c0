import { type Check, type Finding, isCode, linesThat, nameOf } from '../source-tree.js';

/** No index files and no `export *`: an import names the file that it is in. */
export const barrels: Check = (tree) =>
  tree.files.filter(isCode).flatMap((file): Finding[] => [
    ...(/^index\.tsx?$/.test(nameOf(file.path))
      ? [
          {
            path: file.path,
            line: 1,
            says: 'is called index: name it as what it holds, and import that file (@waybill/delivery/decide)',
          },
        ]
      : []),
    ...linesThat(file, /^\s*export \*/, '`export *` hides where a name comes from: let the importer name the file'),
  ]);
