import type { NameResolver } from './dial.js';
import { type MailPhases, noMailPhases } from './mail-phases.js';
import type { MailServer } from './mail-server.js';
import { MailSession } from './mail-session.js';
import type { TokenDesk } from './oauth.js';
import type { EgressPolicy } from './policy.js';

/** Ordinary servers take 10 to 20 connections of one client; a deployment has several workers. */
export const sessionsPerServerMax = 5;
/** An idle conversation ends by then; many servers give up after a few minutes, some after seconds. */
export const sessionIdleMs = 5000;

interface Desk {
  open: number;
  readonly idle: { readonly session: MailSession; readonly timer: NodeJS.Timeout }[];
  readonly waiting: (() => void)[];
}

/** Conversations that are kept for the next mail to the same server by the same user. */
export class MailPool {
  private readonly desks = new Map<string, Desk>();

  constructor(
    private readonly policy: EgressPolicy,
    private readonly resolver: NameResolver,
    private readonly tokens: TokenDesk,
    private readonly name: string | undefined,
  ) {}

  /** A conversation of one's own; waits for a place until `signal`. Give it back with `give`, whatever happened. */
  async take(server: MailServer, signal: AbortSignal, phases: MailPhases = noMailPhases()): Promise<MailSession> {
    if (signal.aborted) {
      // The place that was just given goes to the next one in the line.
      this.deskFor(server).waiting.shift()?.();
      throw signal.reason;
    }
    const desk = this.deskFor(server);
    for (;;) {
      const kept = desk.idle.pop();
      if (kept === undefined) break;
      clearTimeout(kept.timer);
      if (kept.session.isUsable) return kept.session;
      this.drop(desk, kept.session);
    }
    if (desk.open >= sessionsPerServerMax) {
      await placeAt(desk, signal);
      return this.take(server, signal, phases);
    }
    desk.open += 1;
    try {
      return await this.open(server, signal, phases);
    } catch (error) {
      desk.open -= 1;
      desk.waiting.shift()?.();
      throw error;
    }
  }

  /** A conversation beside the pool, for somebody who wants to see that one can be opened. The caller closes it. */
  open(server: MailServer, signal: AbortSignal, phases: MailPhases): Promise<MailSession> {
    return MailSession.open(server, this.policy, this.resolver, {
      name: this.name,
      signal,
      tokens: this.tokens,
      phases,
    });
  }

  give(server: MailServer, session: MailSession): void {
    const desk = this.deskFor(server);
    if (!session.isUsable) {
      this.drop(desk, session);
      return;
    }
    const timer = setTimeout(() => {
      const at = desk.idle.findIndex((one) => one.session === session);
      if (at >= 0) desk.idle.splice(at, 1);
      this.drop(desk, session);
    }, sessionIdleMs);
    desk.idle.push({ session, timer });
    desk.waiting.shift()?.();
  }

  close(): void {
    for (const desk of this.desks.values()) {
      for (const { session, timer } of desk.idle.splice(0)) {
        clearTimeout(timer);
        this.drop(desk, session);
      }
    }
  }

  private drop(desk: Desk, session: MailSession): void {
    session.close();
    desk.open -= 1;
    desk.waiting.shift()?.();
  }

  private deskFor(server: MailServer): Desk {
    const { host, isImplicitTls, tls, username, password, oauth, caPem } = server;
    const key = JSON.stringify([host.hostname, host.port, isImplicitTls, tls, username, password, oauth, caPem]);
    let desk = this.desks.get(key);
    if (desk === undefined) {
      desk = { open: 0, idle: [], waiting: [] };
      this.forget();
      this.desks.set(key, desk);
    }
    return desk;
  }

  /** Servers of connectors that are gone would otherwise stay for ever, with their passwords. */
  private forget(): void {
    for (const [key, desk] of this.desks) if (desk.open === 0 && desk.waiting.length === 0) this.desks.delete(key);
  }
}

function placeAt(desk: Desk, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const called = (): void => {
      signal.removeEventListener('abort', giveUp);
      done();
    };
    const giveUp = (): void => {
      desk.waiting.splice(desk.waiting.indexOf(called), 1);
      fail(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    desk.waiting.push(called);
  });
}
