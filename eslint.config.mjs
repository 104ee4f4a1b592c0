import { existsSync } from 'node:fs';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Which room may import which, in two dimensions that must both allow it: what kind of room it is (`type:`) and whose it is (`scope:`).
 * The table is explained in ARCHITECTURE.md; specs may also use the testkit and the tools' servers.
 */
const rooms = (forSpecs) => {
  const row = (sourceTag, ...tags) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...tags, ...(forSpecs ? ['type:test', 'type:tool'] : [])],
  });
  return [
    row('type:app', 'type:contract', 'type:kernel', 'type:domain', 'type:infra'),
    row('type:infra', 'type:contract', 'type:kernel'),
    row('type:domain', 'type:domain', 'type:contract', 'type:kernel'),
    row('type:contract'),
    row('type:kernel'),
    // The testkit starts the same servers as the dev stack does.
    row('type:test', 'type:kernel', 'type:contract', 'type:test', 'type:tool'),
    // The bench drives whole pipelines in one process, so it may use what the apps use.
    row('type:tool', 'type:contract', 'type:kernel', 'type:domain', 'type:infra', 'type:tool'),
    ...['registry', 'subscriptions', 'delivery'].map((scope) => ({
      sourceTag: `scope:${scope}`,
      onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:shared'],
    })),
    // Not by what must not be reached: that looks through specs too, and service-kit's are allowed more than service-kit.
    { sourceTag: 'scope:gateway', onlyDependOnLibsWithTags: ['scope:gateway', 'scope:shared'] },
    row('scope:gateway', 'type:contract', 'type:kernel', 'type:infra'),
    { sourceTag: 'scope:console', onlyDependOnLibsWithTags: ['scope:console', 'scope:shared'] },
    row('scope:console', 'type:contract', 'type:kernel', 'type:domain'),
    { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
    {
      sourceTag: 'type:domain',
      onlyDependOnLibsWithTags: ['*'],
      bannedExternalImports: ['@nestjs/*', 'typeorm', 'pg', '@nats-io/*', 'undici', 'nodemailer', 'pino', 'rxjs'],
    },
  ];
};
const boundaries = (forSpecs) => [
  'error',
  {
    allow: [],
    allowCircularSelfDependency: false,
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: false,
    depConstraints: rooms(forSpecs),
  },
];

/** Every way to read the clock of the machine; also `Date.now` that is handed on. */
const clockOfMachine = (message) =>
  [
    "NewExpression[callee.name='Date'][arguments.length=0]",
    "CallExpression[callee.name='Date']",
    "MemberExpression[object.name='Date'][property.name='now']",
  ].map((selector) => ({ selector, message }));

/** The services that keep a log: copies whose machines disagree would put different times on the same record. */
const clockOfLog = {
  'no-restricted-syntax': [
    'error',
    ...clockOfMachine(
      'Clocks of machines differ: ask the log (`eventLog.nowMs()`, `logTime`) for a time that is recorded or compared, `performance.now()` for a wait.',
    ),
  ],
};

/** What would make a domain depend on the moment, the machine or chance. Each message says what to do instead. */
const pureDomain = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { group: ['node:*'], message: 'A domain is pure: take what you need as an argument (see ARCHITECTURE.md).' },
      ],
    },
  ],
  'no-restricted-globals': [
    'error',
    ...['process', 'console', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'performance', 'Buffer'].map((name) => ({
      name,
      message: 'A domain is pure: the app does this and hands in the result.',
    })),
  ],
  'no-restricted-syntax': [
    'error',
    ...clockOfMachine('Take the time as an argument.'),
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'Take the random number as an argument.',
    },
  ],
};
const domains = ['connector', 'subscription', 'delivery', 'template', 'targets', 'decider'];

const hasConsole = existsSync(new URL('./apps/console/tsconfig.json', import.meta.url));
const typescript = ['{apps,libs,tools}/*/src/**/*.ts', ...(hasConsole ? ['apps/console/src/**/*.tsx'] : [])];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      // Written by a program; what it is written from is linted.
      '**/*.generated.ts',
      '**/node_modules/**',
      '**/.waybill/**',
      '.nx/**',
      'docs/**',
      '**/coverage/**',
      '**/test-results/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: typescript,
    extends: [...tseslint.configs.recommendedTypeChecked, prettier],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: {
        project: hasConsole ? ['./tsconfig.json', './apps/console/tsconfig.json'] : ['./tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(false),
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          args: 'after-used',
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrors: 'none',
          ignoreRestSiblings: true,
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'off',
      // A method that answers a promise for its interface's sake needs no await.
      '@typescript-eslint/require-await': 'off',
      // Deciders and schemas are records of functions: taking one out is their use.
      '@typescript-eslint/unbound-method': 'off',
      // Numbers in messages are what messages are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: false } }],
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
    },
  },
  {
    files: [`libs/{${domains.join(',')}}/src/**/*.ts`],
    ignores: ['**/*.spec.ts', '**/*.{fixture,contract}.ts'],
    rules: pureDomain,
  },
  {
    files: ['apps/{registry,subscriptions,delivery}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.{fixture,contract}.ts'],
    rules: clockOfLog,
  },
  {
    // A fixture is what several specs of a room share; it is no part of the room's product.
    files: [
      '**/*.spec.ts',
      '**/*.{fixture,contract}.ts',
      '**/src/spec/**/*.ts',
      '{libs/testkit,apps/journeys}/src/**/*.ts',
    ],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(true),
      // A spec looks into answers whose shape it is about to assert, and Jest's matchers are typed `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
