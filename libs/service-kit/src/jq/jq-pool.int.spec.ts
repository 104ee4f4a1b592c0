import { parseJson } from '@waybill/contracts/payload/json-text';
import { stringifyTree } from '@waybill/contracts/payload/json-tree';
import { payloadBytesMax } from '@waybill/contracts/payload/json-text';
import { outputBytesMax, TemplateFailed, TemplateRefused } from '@waybill/contracts/rendering/template-fault';
import {
  incidentText,
  jiraIncidentJq,
  observationText,
  pagerDutyIncidentJq,
  pagerDutyObservationJq,
  serviceNowIncidentJq,
  serviceNowObservationJq,
} from '@waybill/testkit/documented-templates';
import { batchMax } from './jq-batch.js';
import { JqPool, queueMax } from './jq-pool.js';

const timeLimitMs = 1500;
let pool: JqPool;
beforeAll(async () => {
  pool = await JqPool.start({ timeLimitMs });
});
afterAll(() => pool.close());

const incident = parseJson(incidentText);
const observation = parseJson(observationText);
const rendered = async (program: string, payload = incident) =>
  JSON.parse(await pool.run(program, stringifyTree(payload))) as unknown;
const failure = async (program: string, input = '{}') => {
  try {
    return await pool.run(program, input);
  } catch (error) {
    if (error instanceof TemplateFailed) return { code: error.code, message: error.message };
    throw error;
  }
};

const description = '**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip \n**Targets:** 122.99.34.111';

describe('the jq templates that the original system documents', () => {
  it('render a ServiceNow incident (A2)', async () => {
    expect(await rendered(serviceNowIncidentJq)).toEqual({
      short_description: 'Brute force attempt from 1.2.3.4. Incident ID: ww1k39',
      description: `Customer: XYZ Corporation\nDeployment: \n\n${description}\nIncident Link: https://console.alertlogic.com/fake/incident/url`,
      state: '8',
      severity: '2',
      urgency: '2',
    });
  });

  it.each([
    ['an open incident', { customer_status: { status: 'open' } }, { state: '1' }],
    ['a rating of High', { incident_threat_rating: 'High' }, { severity: '1', urgency: '1' }],
    ['a rating of Low', { incident_threat_rating: 'Low' }, { severity: '3', urgency: '3' }],
  ])('render %s otherwise (A2)', async (_what, change, expected) => {
    const payload = parseJson(JSON.stringify({ ...(JSON.parse(incidentText) as object), ...change }));
    expect(await rendered(serviceNowIncidentJq, payload)).toMatchObject(expected);
  });

  it('render a ServiceNow observation whose recommendations are null (A3)', async () => {
    expect(await rendered(serviceNowObservationJq, observation)).toEqual({
      short_description: 'test. Observation ID: ',
      severity: '1',
      description: 'Recommendations:\n\n\n\nMessage:\n\n{"Operation":"UserLoginFailed","ClientIP":"52.2.16.16"}',
    });
  });

  it('render a Jira issue (A4)', async () => {
    expect(await rendered(jiraIncidentJq)).toEqual({
      fields: {
        reporter: { id: '5b10a2844c20165700ede21g' },
        issuetype: { name: 'Task' },
        project: { key: 'SEC' },
        summary: 'Brute force attempt from 1.2.3.4',
        description: {
          type: 'doc',
          version: 1,
          content: [
            { type: 'paragraph', content: [{ type: 'text', text: description }] },
            {
              type: 'paragraph',
              content: [
                {
                  type: 'text',
                  text: 'Link to the incident',
                  marks: [{ type: 'link', attrs: { href: 'https://console.alertlogic.com/fake/incident/url' } }],
                },
              ],
            },
          ],
        },
        priority: { name: 'Medium' },
      },
    });
  });

  it('render PagerDuty events, defects included (A6)', async () => {
    expect(await rendered(pagerDutyObservationJq, observation)).toEqual({
      routing_key: 'RK',
      event_action: 'trigger',
      dedup_key: null,
      client: 'Alert Logic',
      client_url: 'https://console.account.alertlogic.com/',
      payload: {
        summary: 'test',
        severity: 'critical',
        group: 'Security',
        class: 'security observation',
        source: 'correlation/12345678/22526B99-30B3-46EE-A270-8140052511FF',
        timestamp: '2020-04-05T04:59:42Z',
        'payload.custom_details': { Operation: 'UserLoginFailed', ClientIP: '52.2.16.16' },
      },
    });
    expect(await rendered(pagerDutyIncidentJq)).toMatchObject({ dedup_key: null, payload: { severity: 'info' } });
  });
});

describe('a run', () => {
  it('keeps the digits of a number that it only passes on', async () => {
    expect(await pool.run('.', '{"a":12345678901234567890,"b":1594153092.2202642}')).toBe(
      '{"a":12345678901234567890,"b":1594153092.2202642}',
    );
  });

  it("tells jq's own words when it fails", async () => {
    expect(await failure('"Customer " + .accountId', '{"accountId":2}')).toEqual({
      code: 'template_failed',
      message: 'jq: string ("Customer ") and number (2) cannot be added',
    });
  });

  it.each([
    ['no output', 'empty', 'no output'],
    ['two outputs', '1,2', '2 outputs'],
    ['an output and then an error', '1, error("late")', 'late'],
  ])('fails with %s', async (_what, program, word) => {
    expect(await failure(program)).toMatchObject({
      code: 'template_failed',
      message: expect.stringContaining(word) as string,
    });
  });

  it.each(['input', '[inputs]', 'first(inputs)', 'halt', 'halt_error', '"x" | halt_error(1)'])(
    'cannot reach what runs beside it: %s',
    async (program) => {
      const alone = Promise.all([failure(program, '{"n":1}'), failure(program, '{"n":2}')]);
      expect(await alone).toMatchObject([
        { message: expect.stringContaining('not available') as string },
        { message: expect.stringContaining('not available') as string },
      ]);
    },
  );

  it('sees no environment and no files', async () => {
    expect(await pool.run('[$ENV, env]', '{}')).toBe('[{},{}]');
    expect(await pool.check('include "a"; .')).toHaveLength(1);
    expect(await pool.check('import "a" as a; .')).toHaveLength(1);
  });

  it('answers each of many at once with its own result', async () => {
    const inputs = Array.from({ length: batchMax * 3 + 1 }, (_, n) => n);
    const answers = await Promise.all(
      inputs.map((n) =>
        failure(
          'if .n % 3 == 0 then error("no \\(.n)") elif .n % 3 == 1 then empty else {n, s} end',
          `{"n":${n},"s":"${'x'.repeat(n * 20)}"}`,
        ),
      ),
    );
    answers.forEach((answer, n) => {
      if (n % 3 === 0) expect(answer).toMatchObject({ message: `jq: no ${n}` });
      else if (n % 3 === 1) expect(answer).toMatchObject({ message: expect.stringContaining('no output') as string });
      else expect(answer).toBe(`{"n":${n},"s":"${'x'.repeat(n * 20)}"}`);
    });
  });

  it('takes a payload of 256 KiB', async () => {
    const input = `{"a":"${'x'.repeat(payloadBytesMax - 8)}"}`;
    expect(await pool.run('.a | length', input)).toBe(String(payloadBytesMax - 8));
    expect(await pool.run('.', input)).toBe(input);
  });
});

describe('a hostile program', () => {
  it.each([
    ['an output past 272 KiB', `"x" * ${outputBytesMax}`, 'template_limit'],
    ['outputs without end', 'range(infinite)', 'template_limit'],
    ['a list without end', '[range(1e9)]', 'template_limit'],
    ['a string that doubles', 'def d: . + . | d; "xxxx" | d', 'template_limit'],
    ['a recursion that keeps its frames', 'def f: 1 + f; f', 'template_limit'],
  ])('is ended at its limit: %s', async (_what, program, code) => {
    expect(await failure(program)).toMatchObject({ code });
    expect(await pool.run('.a', '{"a":1}')).toBe('1');
  });

  it('is ended in time while others go on', async () => {
    const loop = Promise.all([failure('def f: f; f', '{"n":1}'), failure('def f: f; f', '{"n":2}')]);
    const others = Promise.all(Array.from({ length: 200 }, (_, n) => pool.run(`.a + ${n % 5}`, `{"a":${n}}`)));
    expect(await others).toEqual(Array.from({ length: 200 }, (_, n) => String(n + (n % 5))));
    expect(await loop).toMatchObject([{ code: 'template_limit' }, { code: 'template_limit' }]);
    expect(await pool.run('.a', '{"a":1}')).toBe('1');
  }, 30_000);

  it('does not take the others of its batch with it', async () => {
    const program = 'if .loop then def f: f; f else .n end';
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => failure(program, `{"n":${n},"loop":${n === 7}}`)),
    );
    answers.forEach((answer, n) => {
      if (n === 7) expect(answer).toMatchObject({ code: 'template_limit' });
      else expect(answer).toBe(String(n));
    });
  }, 30_000);

  it('that nests without end is refused or run, never fatal', async () => {
    for (const program of [
      `${'('.repeat(8000)}1${')'.repeat(8000)}`,
      `${'['.repeat(16_000)}`,
      `1${' + 1'.repeat(7000)}`,
      '"\\('.repeat(5000),
    ]) {
      await failure(program).catch((error: unknown) => expect(error).toBeInstanceOf(TemplateRefused));
      expect(await pool.run('.a', '{"a":1}')).toBe('1');
    }
  }, 30_000);
});

describe('the library of jq', () => {
  /** A word in a comment is enough to load all of it. */
  const whole = '\n# builtins';
  it.each([
    '[.list[] | select(. > 1)] | map(. * 2) | add',
    '[.. | numbers] | sort_by(-.) | first, last',
    '.a.b |= . + 1 | .list[1:] = [9] | del(.text) | .new //= 3',
    'to_entries | map(.key) | join(",") | ascii_upcase',
    'with_entries(.value |= tostring) | keys',
    '[paths(type == "number")] | length',
    '.text | [match("a(?<x>.)"; "g").captures[0].string], sub("a"; "b"), gsub("[aeiou]"; "_"), test("Q"; "i"), split(", *"; null), [scan("[a-z]+")], capture("(?<first>[a-z])")',
    '.list | group_by(. % 2), unique_by(. % 2), min_by(-.), max_by(-.), (map({k: .}) | INDEX(.k)), (.[] | IN(2, 3))',
    '[limit(3; range(10))], [range(0; 10; 3)], [while(. != null; null)] | flatten',
    '[.list[] as [$x] ?// $x | $x], isempty(empty), all(.list[]; . > 0), any(.list[]; . > 9)',
    'walk(if type == "number" then . + 1 else . end), pick(.a.b), [tostream] | length',
    '.stamp | todate, (todate | fromdate)',
    '. as {a: {$b}, $list} | [$b, $list[0]], ([1, [2]] | flatten), ([3, 1, 2] | transpose? // "no"), ([[1, 2], [3]] | transpose)',
    'try error("x") catch ., (.text | ltrimstr("a") | explode | implode), (.list | combinations(2)? // 0 | tostring), @base64 "\(.text)"',
    'reduce range(5) as $n (0; . + $n), [foreach range(3) as $n (0; . + $n)], [.list | bsearch(2)], ({} | .a.b.c = 1), [recurse(if . then empty else . end)] | tojson',
    '[splits("a")] | length',
    'def map(f): "mine"; map(.)',
    '[nth(1; .list[])], ([1, 2, 3] | nth(1), index(2), (tostring | ascii_downcase)), ([1, 2] | inside([1, 2, 3])), (.a | in({"b": 1})?)',
    'until(. == null; null), [limit(2; repeat(1))], ([.list[] | finites, normals]), (getpath(["a", "b"]) | abs), ltrimstr(1) | arrays, objects, scalars',
  ])('gives the same when only what a program names is loaded: %s', async (program) => {
    const input = '{"a":{"b":1},"list":[1,2,3],"text":"a man, a plan","stamp":1586062782}';
    const once = `[${program}]`;
    const outcomes = [await failure(once, input), await failure(once + whole, input)];
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('is not taken from a program that lists it', async () => {
    expect(Number(await pool.run('builtins | length', '{}'))).toBeGreaterThan(150);
  });
});

describe('check', () => {
  it('compiles without running', async () => {
    expect(await pool.check('def f: f; f')).toEqual([]);
    expect(await pool.check('error("never")')).toEqual([]);
    expect(await pool.check('.a | # a comment at the end')).toHaveLength(1);
    expect(await pool.check('.a # a comment at the end')).toEqual([]);
  });

  it('tells the place of a fault', async () => {
    expect(await pool.check('{a: .b +}')).toEqual([
      { line: 1, column: 9, message: "syntax error, unexpected '+', expecting '}'" },
    ]);
    expect(await pool.check('{"a": .b,\n "c": }')).toMatchObject([{ line: 2, column: 7 }]);
    expect(await pool.check('.a |\n  foo(1)')).toEqual([{ line: 2, column: 3, message: 'foo/1 is not defined' }]);
    await expect(pool.run('.a |', '{}')).rejects.toThrow(TemplateRefused);
  });
});

describe('a pool', () => {
  it('ends threads that have nothing to do and starts them again when something comes', async () => {
    const other = await JqPool.start({ threads: 2, idleMs: 50 });
    expect(await other.run('.a', '{"a":1}')).toBe('1');
    const gone = Date.now() + 10_000;
    while (other.memoryBytes > 0 && Date.now() < gone) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(other.memoryBytes).toBe(0);
    expect(await Promise.all([other.run('.a', '{"a":2}'), other.run('.b', '{"b":3}')])).toEqual(['2', '3']);
    await other.close();
  });

  it('keeps no memory that a run has made grow', async () => {
    const other = await JqPool.start({ threads: 1, timeLimitMs: 20_000 });
    const before = other.memoryBytes;
    const large = '"x" * 20000000 | length';
    expect(await other.run(large, '{}')).toBe('20000000');
    expect(await Promise.all([other.run('.a', '{"a":1}'), other.run('.a', '{"a":2}')])).toEqual(['1', '2']);
    expect(other.memoryBytes).toBe(before);
    await other.close();
  });

  it('rejects what comes after its end', async () => {
    const other = await JqPool.start({ threads: 1 });
    const running = other.run('def f: f; f', '{}');
    const rejected = expect(running).rejects.toThrow('closed');
    await other.close();
    await rejected;
    await expect(other.run('.', '{}')).rejects.toThrow('closed');
  });

  it('lets 10,000 runs wait and refuses the next', async () => {
    const other = await JqPool.start({ threads: 1, timeLimitMs: 60_000 });
    const gone = [expect(other.run('def f: f; f', '{}')).rejects.toThrow('closed')];
    for (let waiting = 0; waiting < queueMax; waiting++)
      gone.push(expect(other.run('.', '{}')).rejects.toThrow('closed'));
    await expect(other.run('.', '{}')).rejects.toThrow('are waiting');
    await other.close();
    await Promise.all(gone);
  });
});
