const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        target: 'es2023',
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'es6' },
    },
  ],
};

const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@waybill/(dev-stack|receivers|bench|tidy)/(.*)$': '<rootDir>/tools/$1/src/$2',
    '^@waybill/([^/]+)/(.*)$': '<rootDir>/libs/$1/src/$2',
  },
  modulePathIgnorePatterns: ['/dist/', '/\\.waybill/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

/** Unit specs do no IO; int specs run against the real PostgreSQL and nats-server (see libs/testkit). */
export default {
  // A busy machine of two cores is no reason to fail; what hangs is still found.
  testTimeout: 120_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.unit.spec.ts'] },
    {
      ...common,
      displayName: 'journeys',
      testMatch: ['<rootDir>/{apps,tools}/*/src/**/*.journey.spec.ts'],
    },
    // Told by `npm run journeys -- --long console`, not by `npm test`.
    { ...common, displayName: 'long', testMatch: ['<rootDir>/apps/*/src/**/*.long.spec.ts'] },
    { ...common, displayName: 'int', testMatch: ['<rootDir>/{apps,libs,tools}/*/src/**/*.int.spec.ts'] },
  ],
};
