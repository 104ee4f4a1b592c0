import type { Route } from '../edge/route.js';
import { apiVersion } from './openapi.js';
import { type JsonSchema, SchemaWriter } from './schema-names.js';

const style = `
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:6px}
h2{margin-top:2.5rem;border-bottom:1px solid #8886}h3{margin-bottom:.25rem}.method{display:inline-block;min-width:4.5rem;font-weight:700}
nav a{margin-right:1rem}summary{cursor:pointer}p{margin:.25rem 0}`;

/** The HTTP API as one page without scripts or foreign files, out of the same table as the OpenAPI document. */
export function docsPage(table: readonly Route[]): string {
  const writer = new SchemaWriter();
  const resources = [...new Set(table.map(({ resource }) => resource))];
  const chapters = resources.map((name) =>
    chapter(
      name,
      table.filter(({ resource }) => resource === name),
      writer,
    ),
  );
  writer.addFilter();
  const shapes = Object.entries(writer.components).sort(([a], [b]) => a.localeCompare(b));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Waybill: the HTTP API</title>
<style>${style}</style></head><body>
<h1>Waybill: the HTTP API</h1>
<p>Version ${apiVersion}. The same as data: <a href="/openapi.json">OpenAPI 3.1</a>, and for NATS <a href="/asyncapi.json">AsyncAPI 3</a>.</p>
<p>Send <code>Authorization: Bearer wb_…</code>. Errors are <code>application/problem+json</code>. Lists take <code>limit</code> and <code>cursor</code>, newest first.
<code>ETag</code> is the version; PATCH and DELETE of what has one take <code>If-Match</code>. POST takes <code>Idempotency-Key</code>.</p>
<nav>${resources.map((name) => `<a href="#${anchor(name)}">${escape(name)}</a>`).join('')}<a href="#shapes">Shapes</a></nav>
${chapters.join('\n')}
<h2 id="shapes">Shapes</h2>
${shapes.map(([name, shape]) => `<h3 id="shape-${name}">${name}</h3>\n${pre(shape)}`).join('\n')}
</body></html>
`;
}

function chapter(name: string, routes: readonly Route[], writer: SchemaWriter): string {
  return `<h2 id="${anchor(name)}">${escape(name)}</h2>\n${routes.map((route) => section(route, writer)).join('\n')}`;
}

function section(route: Route, writer: SchemaWriter): string {
  const scope =
    route.scope === 'public' ? 'no key' : route.scope === 'any' ? 'any key' : `scope <code>${route.scope}</code>`;
  const query = writer.write(route.query, 'input') as { properties?: JsonSchema };
  const hasQuery = Object.keys(query.properties ?? {}).length > 0;
  return `<section><h3><span class="method">${route.method}</span> <code>${escape(route.path)}</code></h3>
<p>${escape(route.does)} <em>${scope}, answers ${route.status}${route.ifMatch ? ', takes <code>If-Match</code>' : ''}.</em></p>
${hasQuery ? folded('Query', query) : ''}${route.body === null ? '' : folded('Body', writer.write(route.body, 'input'))}${
    route.answer === null ? '' : folded('Answer', writer.write(route.answer, 'output'))
  }</section>`;
}

function folded(title: string, schema: JsonSchema): string {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  if (name !== undefined) return `<p>${title}: <a href="#shape-${name}">${name}</a></p>\n`;
  return `<details><summary>${title}</summary>${pre(schema)}</details>\n`;
}

const pre = (schema: unknown): string => `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>`;
const anchor = (name: string): string => name.toLowerCase().replaceAll(' ', '-');
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
