import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Names carry a hash of eight characters, which the gateway serves as immutable.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { target: 'es2023', sourcemap: false, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 900 },
  // The gateway's policy lets no script be written into the page, and no data: font in.
  css: { devSourcemap: false },
  server: { proxy: { '/v1': process.env.WAYBILL_URL ?? 'http://127.0.0.1:8080' } },
});
