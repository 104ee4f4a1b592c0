import { serverCertificates, type ServerCertificate } from './certificate.js';
import type { Steered } from './control.js';
import { option, Options } from './options.js';

const tlsOptions = {
  certificate: option<ServerCertificate>(
    'good',
    'which certificate the TLS port shows to new connections',
    serverCertificates,
  ),
};

/** The TLS port's own options: which certificate it shows. */
export class TlsRoom implements Steered {
  readonly target = 'tls';
  readonly #options = new Options(tlsOptions);
  readonly options;

  constructor(show: (which: ServerCertificate) => void) {
    this.options = {
      set: (name: string | null, key: string, value: unknown): string | null => {
        const fault = this.#options.set(name, key, value);
        if (fault === null) show(this.#options.all.certificate);
        return fault;
      },
      clear: (): void => {
        this.#options.clear();
        show('good');
      },
      shown: () => this.#options.shown(),
    };
  }

  rules(): [] {
    return [];
  }

  state(): Record<string, unknown> {
    return { certificate: this.#options.all.certificate };
  }

  clearState(): void {
    // The certificate is an option, not a state.
  }
}
