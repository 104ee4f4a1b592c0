import ts from 'typescript';
import { type Check, type Finding, isCode, lineOf, nameOf, type SourceFile, visit } from '../source-tree.js';

/** The word that is banned, and the one to use. The list of words is in ARCHITECTURE.md. */
const synonyms: Readonly<Record<string, string>> = {
  integration: 'connector, or target for the product',
  destination: 'connector, or target for the product',
  producer: 'publisher',
};
/** Say nothing. A variable may hold somebody else's (JetStream has a manager), so these are for files, types, functions and methods. */
const empty: Readonly<Record<string, string>> = {
  manager: 'what it does',
  helper: 'what it does',
  util: 'what it does',
  utils: 'what it does',
  impl: 'how it differs (memory-log, postgres-log)',
  dto: 'the schema in contracts',
};
/** Words that only fail together. */
const bannedPairs: Readonly<Record<string, string>> = {
  'retry count': 'attempt (they count from 1)',
  'dead queue': 'dead letter',
};
/** Say nothing at the end of a type's name. */
const emptyEndings = /[a-z](Data|Info)$/;

/** One word per thing: names that we declare, and names of files. Other people's words inside strings are theirs. */
export const words: Check = (tree) =>
  tree.files.filter(isCode).flatMap((file) => [...inFileName(file), ...inNames(file)]);

function inFileName(file: SourceFile): Finding[] {
  const name = nameOf(file.path);
  const says = bannedIn(
    name.split(/[^a-z0-9]+/i).map((word) => word.toLowerCase()),
    true,
  );
  const found = says === null ? [] : [`its name has ${says}`];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.tsx?$/.test(name)) found.push('its name is not kebab-case');
  return found.map((text) => ({ path: file.path, line: 1, says: text }));
}

function inNames(file: SourceFile): Finding[] {
  const found: Finding[] = [];
  visit(file.ast(), (node) => {
    const name = declaredName(node);
    if (name === null) return;
    const says = bannedIn(wordsOf(name.text), !ts.isVariableDeclaration(node)) ?? emptyEnding(node, name.text);
    if (says !== null) found.push({ path: file.path, line: lineOf(file, name), says: `${name.text} has ${says}` });
  });
  return found;
}

function bannedIn(parts: readonly string[], alsoEmpty: boolean): string | null {
  const banned = alsoEmpty ? { ...synonyms, ...empty } : synonyms;
  for (const [at, word] of parts.entries()) {
    const pair = `${word} ${parts[at + 1] ?? ''}`;
    if (Object.hasOwn(bannedPairs, pair)) return `"${pair}": say ${bannedPairs[pair] ?? ''}`;
    if (Object.hasOwn(banned, word)) return `"${word}": say ${banned[word] ?? ''}`;
  }
  return null;
}

function emptyEnding(node: ts.Node, name: string): string | null {
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return null;
  return emptyEndings.test(name) ? 'an ending that says nothing: name what it holds' : null;
}

function declaredName(node: ts.Node): ts.Identifier | null {
  const declares =
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isMethodDeclaration(node);
  return declares && node.name !== undefined && ts.isIdentifier(node.name) ? node.name : null;
}

const wordsOf = (name: string): string[] => name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
