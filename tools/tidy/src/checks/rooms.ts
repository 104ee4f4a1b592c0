import { type Check, type Finding, type SourceTree } from '../source-tree.js';

const types = ['app', 'contract', 'kernel', 'domain', 'infra', 'test', 'tool'];

/** Every room says what kind it is and whose (without tags the import rule lets everything through), and has a README. */
export const rooms: Check = (tree) => [
  ...tree.projects.flatMap((project) => tags(tree, project)),
  ...readmes(tree),
  ...withoutPackage(tree),
];

function tags(tree: SourceTree, project: string): Finding[] {
  const path = `${project}/package.json`;
  const { nx } = JSON.parse(tree.file(path)?.text ?? '{}') as { nx?: { tags?: string[] } };
  const found = nx?.tags ?? [];
  const type = found.filter((tag) => tag.startsWith('type:'));
  const scope = found.filter((tag) => tag.startsWith('scope:'));
  const says: string[] = [];
  if (type.length !== 1 || !types.includes(type[0]?.slice(5) ?? ''))
    says.push(`needs exactly one tag type:${types.join('|')} in nx.tags`);
  if (scope.length !== 1) says.push('needs exactly one tag scope:<service> or scope:shared in nx.tags');
  return says.map((text) => ({ path, line: 1, says: text }));
}

function readmes(tree: SourceTree): Finding[] {
  const says =
    'has no README.md: write its duty, what it hears, says, stores and asks, where to start reading, how to test it';
  return tree.projects
    .filter((project) => tree.file(`${project}/README.md`) === undefined)
    .map((path) => ({ path, line: 1, says }));
}

function withoutPackage(tree: SourceTree): Finding[] {
  const sources = new Set(tree.files.map(({ path }) => /^((?:apps|libs|tools)\/[^/]+)\/src\//.exec(path)?.[1]));
  return [...sources]
    .filter((project) => project !== undefined && !tree.projects.includes(project))
    .map((path) => ({
      path: String(path),
      line: 1,
      says: 'has sources but no package.json: give it one with its nx.tags',
    }));
}
