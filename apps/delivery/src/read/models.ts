import type { ReadModel } from '@waybill/event-log/read-model';
import { deliveries } from './deliveries.js';

/** Every read model of delivery. */
export const readModels: readonly ReadModel[] = [deliveries];
