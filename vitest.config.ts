import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { __COMMIT__: JSON.stringify('test') },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tfjs packages hold ES modules without saying "type": "module"; Node alone cannot load their gradients.
    server: { deps: { inline: [/@tensorflow\//] } },
    reporters: [
      'default',
      ['json', { outputFile: 'node_modules/.cache/memory-playground/results/unit.json' }],
    ],
  },
});
