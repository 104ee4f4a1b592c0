import type { Migrations } from '@waybill/service-kit/database';
import { IdempotentAnswers1764000000001 } from './migrations/1764000000001-idempotent-answers.js';
import { Sessions1764000000002 } from './migrations/1764000000002-sessions.js';

/** Every change of the gateway's schema, oldest first. */
export const gatewayMigrations: Migrations = [IdempotentAnswers1764000000001, Sessions1764000000002];
