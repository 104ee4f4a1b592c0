import type { csrfHeader } from '@waybill/contracts/http/sessions';

/** Spelled here and held to the contract by its type, so that no validator comes along with one word. */
export const csrfHeaderName: typeof csrfHeader = 'waybill-csrf';
export const idempotencyHeaderName = 'idempotency-key';
