import { samples } from './sample-connectors.generated.fixture.js';

/** One connector per target as its documents show it: valid, complete, and fit for development on loopback. For specs and the documents. */
export interface SampleConnector {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** By the id of the target. */
export const sampleConnectors: Readonly<Record<string, SampleConnector>> = samples;
