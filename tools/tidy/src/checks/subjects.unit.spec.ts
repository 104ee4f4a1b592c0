import { treeOf } from '../source-tree.js';
import { subjects } from './subjects.js';

describe('the check of subjects', () => {
  it.each([
    ['fails a subject', 'apps/x/src/a.ts', "nats.publish('waybill.v1.refused.default');", 1],
    ['fails a subject put together', 'apps/x/src/a.ts', 'const s = `waybill.v1.log.${log}`;', 1],
    ['fails a stream name', 'libs/bus/src/a.ts', 'const s = `WAYBILL_LOG_${log}`;', 1],
    ['fails a written stream name', 'libs/bus/src/a.ts', "const s = 'WAYBILL_LOG_delivery-0';", 1],
    ['allows a variable of the environment', 'apps/x/src/a.ts', "const s = process.env['WAYBILL_LOG_LEVEL'];", 0],
    ['allows the one home', 'libs/contracts/src/subjects.ts', "const root = 'waybill.v1';", 0],
    ['allows a spec to say what the outside sees', 'apps/x/src/a.int.spec.ts', "publish('waybill.v1.x');", 0],
    ['allows a comment', 'apps/x/src/a.ts', '// waybill.v1.log is followed here', 0],
  ])('%s', (_, path, text, findings) => {
    expect(subjects(treeOf([{ path, text }]))).toHaveLength(findings);
  });
});
