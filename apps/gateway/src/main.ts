import { loadConfig } from '@waybill/service-kit/config';
import { gatewayConfig } from './config.js';

const config = loadConfig(gatewayConfig);
// Loaded only now: a faulty configuration is told in a fraction of the time that everything else takes to load.
const { serve } = await import('./serve.js');
await serve(config);
