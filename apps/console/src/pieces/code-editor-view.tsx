import {
  autocompletion,
  closeBrackets,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { CodeEditorProps } from './code-editor';

/** Colours of Mantine's variables, so that light and dark need no second theme; each at 4.5:1 or more. */
const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'light-dark(#0b5394, #8ec7ff)' },
  { tag: tags.string, color: 'light-dark(#1b6b2f, #8ce99a)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#a0410d, #ffc078)' },
]);
const surface = EditorView.theme({
  '&': { backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'light-dark(var(--mantine-color-gray-1), var(--mantine-color-dark-6))',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
  },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'light-dark(#f1f3f580, #ffffff0a)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#a5d8ff, #1c4a6e) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--mantine-color-default-border)',
  },
});

/** The editor itself; in a file of its own so that no page loads it before a template is edited. */
export function CodeEditorView(props: CodeEditorProps) {
  const { value, label, readOnly = false, compareWith, onChange } = props;
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const comparison = new Compartment();
    const extensions: Extension[] = [
      lineNumbers(),
      history(),
      foldGutter(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      json(),
      surface,
      syntaxHighlighting(colours),
      lintGutter(),
      EditorView.lineWrapping,
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({ 'aria-label': label, ...(readOnly ? { tabindex: '0' } : {}) }),
      autocompletion({ override: [(context) => completePaths(context, latest.current.paths ?? [])] }),
      // No binding for Tab: it leaves the field, as everywhere.
      keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      comparison.of(compareWith === undefined ? [] : unifiedMergeView({ original: compareWith, mergeControls: false })),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
      }),
    ];
    const made = new EditorView({
      parent: holder.current as HTMLDivElement,
      state: EditorState.create({ doc: latest.current.value, extensions }),
    });
    made.scrollDOM.tabIndex = 0;
    view.current = made;
    return () => made.destroy();
  }, [label, readOnly, compareWith]);
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor.state, props.faults ?? [])));
  }, [props.faults, value]);
  return <div ref={holder} data-read-only={onChange === undefined} />;
}

function diagnosticsOf(state: EditorState, faults: NonNullable<CodeEditorProps['faults']>): Diagnostic[] {
  return faults.map(({ line, column, message }) => {
    const at = state.doc.line(Math.min(Math.max(1, line ?? 1), state.doc.lines));
    const from = Math.min(at.from + Math.max(0, (column ?? 1) - 1), at.to);
    return { from, to: Math.min(from + 1, state.doc.length), severity: 'error', message };
  });
}

/** Paths of the payload, offered inside two braces. */
function completePaths(context: CompletionContext, paths: readonly string[]): CompletionResult | null {
  const before = context.matchBefore(/\{\{[#^]?\s*[\w.]*/);
  if (before === null && !context.explicit) return null;
  const text = before?.text ?? '';
  const from = (before?.from ?? context.pos) + (/^\{\{[#^]?\s*/.exec(text)?.[0].length ?? 0);
  return { from, options: paths.map((label) => ({ label, type: 'property' })), validFor: /^[\w.]*$/ };
}
