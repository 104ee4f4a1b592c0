import type { Egress } from '@waybill/egress/egress';
import type { EgressPolicy } from '@waybill/egress/policy';
import type { Connector, Connectors } from '../work/connectors.js';
import { type Examination, examineTimeoutMs, type Finding } from '@waybill/service-kit/examine';

/** More names than this are counted. */
export const namesShownMax = 10;

/** Addresses that no policy may let out: where clouds keep their credentials, and this machine itself. */
const neverAllowed = ['http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/'];

/** What only delivery can see: the way out, and the deployment's mail server. */
export function egressExaminations(egress: Egress, policy: EgressPolicy, connectors: Connectors): Examination[] {
  return [
    {
      id: 'egress',
      title: 'Only addresses that the deployment allows are sent to',
      fix: 'Correct the part "egress" of the deployment file (WAYBILL_CONFIG_FILE) and start delivery again.',
      look: () =>
        judgeEgress(
          policy,
          neverAllowed.filter((url) => egress.check(url).ok),
        ),
    },
    {
      id: 'egress-connectors',
      title: 'Every connector has an address that may be sent to',
      fix: 'Correct the address in the settings of the connector; or let an operator add it to "egress.allow" of the deployment file.',
      look: (tenant) => judgeAddresses(connectors.ofTenant(tenant), (url) => egress.check(url).ok),
    },
    {
      id: 'smtp',
      title: 'The mail server of the deployment answers and takes the login',
      fix: 'Give its url, from and password under "smtp" of the deployment file (WAYBILL_CONFIG_FILE), check that it runs, and start delivery again.',
      // The examination gives up by then; a little before, so that the server's own words are said.
      look: async () => judgeMailServer(await egress.greetMailServer(examineTimeoutMs - 200)),
    },
  ];
}

/** `leaks`: what the policy lets through though nothing may. */
export function judgeEgress({ allow, http, ipLiterals, production }: EgressPolicy, leaks: readonly string[]): Finding {
  if (leaks.length > 0) return { state: 'wrong', says: `These would be sent to: ${leaks.join(', ')}.` };
  const relaxed = [
    // Not which: a tenant's key may ask, and a list of them would be a map of the network.
    ...(allow.length === 0 ? [] : [`${allow.length} private ranges that its file names`]),
    ...(http ? ['plain http to public addresses'] : []),
    ...(ipLiterals ? ['hosts written as addresses'] : []),
  ];
  const beyond = relaxed.length === 0 ? 'nothing else' : `besides them ${relaxed.join('; ')}`;
  const where = production ? 'In production' : 'In development';
  return { state: 'holds', says: `${where}: public addresses by https, and ${beyond}.` };
}

/** Judged by the text of their addresses; what a name resolves to is judged when it is dialled. */
export function judgeAddresses(connectors: readonly Connector[], mayGo: (url: string) => boolean): Finding {
  const addressed = connectors.filter(({ state }) => state === 'enabled').map((one) => ({ one, url: urlOf(one) }));
  const refused = addressed.filter(({ url }) => url !== null && !mayGo(url)).map(({ one }) => one.name);
  if (refused.length === 0) return { state: 'holds', says: `None of ${addressed.length} is refused by its text.` };
  const more = refused.length > namesShownMax ? ` and ${refused.length - namesShownMax} more` : '';
  return { state: 'wrong', says: `Refused: ${refused.slice(0, namesShownMax).join(', ')}${more}.` };
}

/** The address in the configuration; null where it is a secret, or mail, which the mail server's own line is about. */
function urlOf({ config }: Connector): string | null {
  const url = config['url'] ?? config['baseUrl'];
  return typeof url === 'string' ? url : null;
}

/** Without one, a connector to e-mail needs a server of its own: a choice, not a fault. */
export function judgeMailServer(server: string | null): Finding {
  if (server === null)
    return { state: 'unknown', says: 'The deployment names none; each connector to e-mail needs its own smtpUrl.' };
  return { state: 'holds', says: `${server} answers.` };
}
