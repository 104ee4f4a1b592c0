import { followAttempt } from '../follow-attempt.fixture.js';
import { exampleSending, httpAnswer, jsonAnswer } from '../sending.fixture.js';
import type { Answer } from '../target.js';
import { servicenow } from './servicenow.target.js';

const base = 'https://acme.service-now.com';
const sysId = 'a'.repeat(32);
const url = `${base}/nav_to.do?uri=incident.do%3Fsys_id%3D${sysId}`;
const receipt = { ticket: 'INC0010001', url, memory: { id: sysId } };
const result = (row: unknown) => jsonAnswer(200, { result: row });

/** What says success and is not the record that was written (targets.md 0.1 and 6.4). */
describe('an update of a known record', () => {
  const rows: [string, Answer, string][] = [
    ['the page of a login', httpAnswer(200, '<html>Login</html>'), 'unexpected_answer'],
    ['nothing', httpAnswer(200), 'unexpected_answer'],
    ['a list', result([{ sys_id: sysId }]), 'unexpected_answer'],
    ['a record that the user may not read', result({}), 'record_hidden'],
  ];
  it.each(rows)('is not taken for written after a success with %s', (_title, answer, reason) => {
    const known = exampleSending({
      config: { baseUrl: base },
      secretNames: ['token'],
      body: '{"short_description":"Brute force"}',
      remembered: receipt,
      correlationKey: 'k',
    });
    const { outcome } = followAttempt(servicenow, known, [answer]);
    expect(outcome).toEqual({ kind: 'refused', retry: 'never', reason, receipt });
  });
});
