import type { Check } from '@waybill/contracts/http/doctor';
import { Command } from 'commander';
import { devFile, Server, targetOf } from '../server.js';
import { NotDone, say, type World } from '../world.js';

interface Finding {
  readonly what: string;
  readonly well: boolean;
  readonly words: string;
}

export const doctorCommand = (world: World): Command =>
  new Command('doctor')
    .description('looks whether everything answers, and says what to do where it does not')
    .action(async ({ json }: { json?: boolean }) => {
      const [doctor, ...rest] = await Promise.all([
        doctorChecks(world),
        ...serviceChecks(world),
        apiCheck(world),
        ...logChecks(world),
      ]);
      const findings = [...rest, ...doctor];
      const well = findings.every((finding) => finding.well);
      say(world, json, { well, findings }, () =>
        findings.map(({ what, well: good, words }) => `${good ? 'ok  ' : 'FAIL'}  ${what}: ${words}`),
      );
      if (!well) throw new NotDone('');
    });

async function apiCheck(world: World): Promise<Finding> {
  const { url, from } = targetOf(world);
  return look('api', async () => {
    await new Server(world).get('/v1/targets');
    return `${url} answers (key from ${from})`;
  });
}

function serviceChecks(world: World): Promise<Finding>[] {
  return Object.entries(devFile(world)?.opsUrls ?? {}).map(([name, url]) =>
    look(name, async () => {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) });
      const { ready, checks } = (await response.json()) as { ready: boolean; checks: Record<string, string | null> };
      const wrong = Object.entries(checks).filter(([, result]) => result !== null);
      if (!ready) throw new Error(wrong.map(([check, result]) => `${check}: ${result ?? ''}`).join('; '));
      return 'ready';
    }),
  );
}

/** What the gateway's doctor finds: the same lines as on the console's page, each that does not hold with what to do. */
async function doctorChecks(world: World): Promise<Finding[]> {
  try {
    const { items } = await new Server(world).get<{ items: Check[] }>('/v1/doctor');
    return items.map(({ title, state, says, fix }) => ({
      what: title,
      well: state !== 'wrong',
      words: fix === null ? says : `${says} ${fix}`,
    }));
  } catch (error) {
    return [{ what: 'doctor', well: false, words: error instanceof Error ? error.message : String(error) }];
  }
}

/** How far each log is signed; a checkpoint that stays behind its log is a notary that does not look. */
function logChecks(world: World): Promise<Finding>[] {
  return ['registry-0', 'subscriptions-0', 'delivery-0'].map((log) =>
    look(log, async () => {
      const server = new Server(world);
      const { position } = await server.get<{ position: number }>(`/v1/log/${log}/head`);
      const { verified, firstBad, to } = await server.post<{
        verified: boolean;
        firstBad: { position: number | null; reason: string } | null;
        to: number;
      }>(`/v1/log/${log}/verify`, { from: Math.max(1, position - 1_000) });
      if (!verified) throw new Error(`position ${firstBad?.position ?? 'unknown'}: ${firstBad?.reason ?? ''}`);
      return `${position} events, signed up to ${to}; the newest thousand are what was signed`;
    }),
  );
}

async function look(what: string, act: () => Promise<string>): Promise<Finding> {
  try {
    return { what, well: true, words: await act() };
  } catch (error) {
    return { what, well: false, words: error instanceof Error ? error.message : String(error) };
  }
}
