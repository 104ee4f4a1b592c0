import { randomBytes } from 'node:crypto';
import { newId } from '@waybill/service-kit/ids';
import type { GatewayRequest, GatewayResponse } from './gateway-request.js';

/** Our own page loads nothing from elsewhere; Mantine and CodeMirror write style elements, scripts are files only. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  // An answer holds what a key may see; the static files of the console say otherwise for themselves.
  'Cache-Control': 'no-store',
};

/** First of all steps: names the request, so that every answer and every rpc carries the name, and sets what every answer carries. */
export function nameRequest(request: GatewayRequest, response: GatewayResponse, next: () => void): void {
  request.startedAt = process.hrtime.bigint();
  request.requestId = givenId(request.headers['x-request-id']) ?? newId('req');
  request.traceparent = givenTrace(request.headers['traceparent']) ?? newTrace();
  response.setHeader('X-Request-Id', request.requestId);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  next();
}

function givenId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(header) ? header : null;
}

// W3C Trace Context; an all-zero id is none.
function givenTrace(header: string | string[] | undefined): string | null {
  const valid =
    typeof header === 'string' && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header);
  return valid ? header : null;
}

const newTrace = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
