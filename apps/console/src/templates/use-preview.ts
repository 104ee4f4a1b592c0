import { useEffect, useState } from 'react';
import type { BodyOf } from '../api/calls';
import { api } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Rendered, Template } from '../api/shapes';
import { templateWords as words } from '../words/connectors';

export interface Preview {
  /** The last that could be rendered; stays while the next one has faults. */
  readonly rendered: Rendered | null;
  readonly error: unknown;
  readonly faults: { line?: number | undefined; column?: number | undefined; message: string }[];
  readonly tookMs: number | null;
}

interface Asked {
  target: string;
  config: Record<string, unknown>;
  template: Template;
  type: string;
  sampleText: string;
}

/** Less than lies between two letters of a fast typist, so that each is shown; only a held key or a paste of many changes is waited for. */
const pauseMs = 25;

/** Renders by the server whenever something has changed and the typing has paused; an answer that comes too late is dropped. */
export function usePreview(asked: Asked): Preview {
  const [preview, setPreview] = useState<Preview>({ rendered: null, error: null, faults: [], tookMs: null });
  const key = JSON.stringify(asked);
  useEffect(() => {
    const stop = new AbortController();
    const render = async (): Promise<void> => {
      const { sampleText, ...rest } = JSON.parse(key) as Asked;
      const began = performance.now();
      try {
        const body = { ...rest, payload: payloadIn(sampleText) } as BodyOf<'POST /v1/render'>;
        const rendered = await api('POST /v1/render', { body, signal: stop.signal });
        setPreview({ rendered, error: null, faults: [], tookMs: Math.round(performance.now() - began) });
      } catch (error) {
        if (stop.signal.aborted) return;
        setPreview((last) => ({ ...last, error, faults: templateFaults(error), tookMs: null }));
      }
    };
    const timer = setTimeout(() => void render(), pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return preview;
}

function payloadIn(text: string): object {
  try {
    const payload: unknown = JSON.parse(text);
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload;
  } catch {
    // Said below: a sample that is no object cannot be rendered, whatever it is.
  }
  throw new Error(words.sampleInvalid);
}

function templateFaults(error: unknown): Preview['faults'] {
  if (!(error instanceof ProblemError)) return [];
  return (error.problem.errors ?? []).filter(({ pointer }) => pointer.startsWith('/template'));
}
