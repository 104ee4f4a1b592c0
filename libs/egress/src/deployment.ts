import { z } from 'zod';
import { EgressFault } from './fault.js';
import { readMailServer } from './mail-server.js';
import type { DeploymentSmtp } from './mail-server.js';
import { PolicyFault, readPolicy } from './policy.js';
import type { EgressPolicy } from './policy.js';

/** What the deployment file says of the way out. */
export interface Deployment {
  readonly policy: EgressPolicy;
  readonly smtp: DeploymentSmtp | null;
}

const smtpMembers: ReadonlySet<string> = new Set<keyof DeploymentSmtp>(['url', 'password', 'from', 'caPem']);

/**
 * Reads the members `egress` and `smtp` of the deployment file and leaves the others alone. Throws `PolicyFault` with
 * all faults of both; a mail server that the policy would refuse is a fault at the start, not at the first mail.
 */
export function readDeployment(file: unknown, environment: { readonly production: boolean }): Deployment {
  if (file !== undefined && (typeof file !== 'object' || file === null || Array.isArray(file))) {
    throw new PolicyFault(['the deployment file must be an object.']);
  }
  const members = (file ?? {}) as Record<string, unknown>;
  const faults: string[] = [];
  const policy = readPart(() => readPolicy(members['egress'], environment), faults);
  const smtp = members['smtp'] === undefined ? null : readPart(() => readSmtp(members['smtp'], policy), faults);
  if (policy === null || faults.length > 0) throw new PolicyFault(faults);
  return { policy, smtp };
}

/** `readDeployment` as a schema: what is wrong with the file is told with the other faults of a service's configuration, before anything starts. */
export const deploymentSchema = (environment: { readonly production: boolean }) =>
  z.unknown().transform((file, context): Deployment => {
    const faults: string[] = [];
    const deployment = readPart(() => readDeployment(file, environment), faults);
    for (const message of faults) context.addIssue({ code: 'custom', message });
    return deployment ?? z.NEVER;
  });

function readPart<Part>(read: () => Part, faults: string[]): Part | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    faults.push(...error.faults);
    return null;
  }
}

/** Without a policy, because that one has faults of its own, the server's address is not judged. */
function readSmtp(given: unknown, policy: EgressPolicy | null): DeploymentSmtp {
  if (typeof given !== 'object' || given === null) throw new PolicyFault(['`smtp` must be an object.']);
  const smtp = given as Record<string, unknown>;
  const faults = Object.keys(smtp)
    .filter((name) => !smtpMembers.has(name))
    .map((name) => `\`smtp.${name}\` is unknown.`);
  for (const name of smtpMembers) {
    const isNeeded = name === 'url' || name === 'from';
    if ((isNeeded || smtp[name] !== undefined) && typeof smtp[name] !== 'string')
      faults.push(`\`smtp.${name}\` must be a string.`);
  }
  if (faults.length > 0) throw new PolicyFault(faults);
  const read = smtp as unknown as DeploymentSmtp;
  if (policy === null) return read;
  try {
    readMailServer(read.url, null, policy, { isDeployments: true });
  } catch (error) {
    if (!(error instanceof EgressFault)) throw error;
    throw new PolicyFault([`\`smtp.url\`: ${error.message}`]);
  }
  return read;
}
