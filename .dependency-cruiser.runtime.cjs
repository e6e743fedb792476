/**
 * What the code reaches when it runs, type imports left aside: the page stays free of the training code and of tfjs
 * (they load in the worker, through `new Worker(new URL(...))`), the worker stays free of React, and no file needs itself
 * to be loaded first. Two files may name each other's types.
 */
const page = '^src/(app|panels|state)/';
const tests = '\\.test\\.tsx?$|^src/testing/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  extends: './.dependency-cruiser.cjs',
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'page-loads-no-tfjs',
      severity: 'error',
      from: { path: page, pathNot: tests },
      to: { path: 'node_modules/@tensorflow/', reachable: true },
    },
    {
      name: 'page-loads-no-training',
      comment: 'But the field table and the experiments, which are data.',
      severity: 'error',
      from: { path: page, pathNot: tests },
      to: {
        path: '^src/(training|executors)/',
        pathNot: '^src/training/(config|experiments/(?!replicate)[a-z-]+)\\.ts$',
        reachable: true,
      },
    },
    {
      name: 'worker-loads-no-react',
      comment: 'zustand too: its main entry is the React binding, and stores live on the page.',
      severity: 'error',
      from: {
        path: '^src/(worker|training|interchange|executors|models|tasks|graph|foundation)/',
        pathNot: tests,
      },
      to: { path: 'node_modules/(react|react-dom|zustand)/', reachable: true },
    },
  ],
  options: { tsPreCompilationDeps: false },
};
