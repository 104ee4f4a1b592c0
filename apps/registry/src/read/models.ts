import type { ReadModel } from '@waybill/event-log/read-model';
import { connectorList } from './connector-list.js';
import { keyList } from './key-list.js';
import { tenantList } from './tenant-list.js';
import { typeList } from './type-list.js';

/** Every read model of this service: what `rebuild` writes anew. */
export const readModels: readonly ReadModel[] = [tenantList, keyList, typeList, connectorList];
