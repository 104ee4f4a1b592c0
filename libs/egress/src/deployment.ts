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
 * all faults of a part; a mail server that the policy would refuse is a fault at the start, not at the first mail.
 */
export function readDeployment(file: unknown, environment: { readonly production: boolean }): Deployment {
  if (file !== undefined && (typeof file !== 'object' || file === null || Array.isArray(file))) {
    throw new PolicyFault(['the deployment file must be an object.']);
  }
  const members = (file ?? {}) as Record<string, unknown>;
  const policy = readPolicy(members['egress'], environment);
  return { policy, smtp: members['smtp'] === undefined ? null : readSmtp(members['smtp'], policy) };
}

function readSmtp(given: unknown, policy: EgressPolicy): DeploymentSmtp {
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
  try {
    readMailServer(read.url, null, policy, { isDeployments: true });
  } catch (error) {
    if (!(error instanceof EgressFault)) throw error;
    throw new PolicyFault([`\`smtp.url\`: ${error.message}`]);
  }
  return read;
}
