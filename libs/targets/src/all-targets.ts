import { targetIds } from '@waybill/contracts/http/connector-configs';
import { rooms } from './rooms.generated.js';
import type { Target } from './target.js';

/** All that can be delivered to, in the order of the console. The contract names them, the build finds their rooms. */
export const allTargets: readonly Target[] = targetIds.map((id) => rooms[id]);

const targetsById: ReadonlyMap<string, Target> = new Map(allTargets.map((target) => [target.descriptor.id, target]));

/** The room of a target id; undefined where there is no such target, which the caller turns into its own refusal. */
export function findTarget(id: string): Target | undefined {
  return targetsById.get(id);
}
