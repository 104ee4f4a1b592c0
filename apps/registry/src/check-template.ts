import type { Template } from '@waybill/contracts/http/connectors';
import type { ProblemError } from '@waybill/contracts/problem';
import { pointerOf } from '@waybill/service-kit/rpc';
import type { JqEngine } from '@waybill/template/jq-engine';
import { checkTemplate } from '@waybill/template/render';

/** The faults of the template of one notification type, each with its place in the text. */
export type CheckTemplate = (type: string, template: Template) => Promise<ProblemError[]>;

/** Compiles templates as delivery does, without running them; jq programs in the engine's own thread. */
export function templateChecker(engine: JqEngine): CheckTemplate {
  return async (type, template) => {
    const faults = await checkTemplate(template, engine);
    return faults.map(({ code, message, line, column }) => ({
      pointer: pointerOf(['templates', type, 'body']),
      code,
      message,
      line,
      column,
    }));
  };
}
