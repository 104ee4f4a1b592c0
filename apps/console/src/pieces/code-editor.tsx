import { lazy, Suspense } from 'react';
import { Loading } from './notice';

export interface CodeEditorProps {
  value: string;
  /** What the field is, for those who do not see it. */
  label: string;
  onChange?: (value: string) => void;
  readOnly?: boolean;
  /** Shown at their place in the text; lines and columns count from 1. */
  faults?: readonly { line?: number | undefined; column?: number | undefined; message: string }[];
  /** Offered inside two braces. */
  paths?: readonly string[];
  /** Shows what differs from this text. */
  compareWith?: string | undefined;
}

const View = lazy(async () => ({ default: (await import('./code-editor-view')).CodeEditorView }));

/** A text editor for templates and payloads. Loads its code when first shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading />}>
      <View {...props} />
    </Suspense>
  );
}
