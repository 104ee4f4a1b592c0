import { setFlagsFromString } from 'node:v8';

/**
 * Left alone V8 lets the old generation of a small heap grow to four times what was alive before it collects: 60 MB become 240 MB. With this
 * it collects at one and a half times. Measured at 1,000 deliveries/s: 60 to 90 MB less in each service, and no difference in the time of
 * the processors that showed above the noise.
 */
const heapGrowingPercent = 50;

/**
 * Makes this process collect before it grows, for as long as it runs. The young generation and the allocator of the C library can be bounded
 * only by whoever starts the process: `memoryEnvironment` in tools/dev-stack/src/services.ts, and deploy/Dockerfile.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
}
