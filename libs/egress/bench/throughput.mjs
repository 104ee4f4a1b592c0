// Small POSTs per second through the door, beside bare undici, to a loopback server in a process of its own.
// Use: node tools/build/build.mjs libs/contracts libs/egress && node libs/egress/bench/throughput.mjs [seconds] [in flight]
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { Pool } from 'undici';

if (process.send !== undefined) {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  server.keepAliveTimeout = 30_000;
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  await main();
}

async function main() {
  const { createEgress } = await import('../dist/egress.js');
  const { readPolicy } = await import('../dist/policy.js');
  const seconds = Number(process.argv[2] ?? 5);
  const inFlight = Number(process.argv[3] ?? 64);
  const child = fork(new URL(import.meta.url));
  const port = await new Promise((done) => child.once('message', done));
  const url = `http://127.0.0.1:${port}/hook`;
  const body = JSON.stringify({ text: 'x'.repeat(1000) });

  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight });
  const bare = async () => {
    const answer = await pool.request({
      method: 'POST',
      path: '/hook',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await answer.body.text();
  };

  const policy = readPolicy({ allow: [`127.0.0.1/32:${port}-${port}`] }, { production: false });
  const egress = createEgress(policy);
  const secrets = { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', password: 'correct horse' };
  const request = {
    kind: 'http',
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body,
    auth: { kind: 'none' },
  };
  const signed = {
    ...request,
    auth: { kind: 'basic', username: 'admin', passwordSecret: 'password' },
    sign: { webhookId: 'dlv_01h455vb4pex5vsknk084sn02q', secrets: ['signingSecret'] },
  };
  const through = (one) => async () => {
    const { answer } = await egress.sendHttp({ ...one }, secrets, { timeoutMs: 15_000 });
    if (answer.kind !== 'http' || answer.status !== 200) throw new Error(JSON.stringify(answer));
  };

  for (const [name, send] of [
    ['bare undici', bare],
    ['egress', through(request)],
    ['egress, Basic and signed', through(signed)],
  ]) {
    await run(send, 1, inFlight);
    const before = process.cpuUsage();
    const done = await run(send, seconds, inFlight);
    const used = process.cpuUsage(before);
    const each = Math.round((used.user + used.system) / done);
    const rate = Math.round(done / seconds).toLocaleString('en');
    // The time of this process's own CPU tells more than the rate where the machine has other work.
    console.log(
      `${name.padEnd(26)} ${rate.padStart(7)} POSTs a second, ${each} µs of CPU each (${inFlight} in flight)`,
    );
  }
  await pool.destroy();
  await egress.close();
  child.kill();
}

async function run(send, seconds, inFlight) {
  const until = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) {
        await send();
        done += 1;
      }
    }),
  );
  return done;
}
