/**
 * The layering rule: which room of src may import which. Data flows one way, so a wrong arrow fails the check.
 * Type imports count. The rules about what the page loads at run time are in .dependency-cruiser.runtime.cjs.
 */

/** @type {Record<string, string[]>} room → rooms that it may import, besides itself and foundation */
const rooms = {
  foundation: [],
  graph: [],
  models: ['graph'],
  tasks: ['graph'],
  executors: ['graph'],
  training: ['graph', 'executors', 'models', 'tasks'],
  interchange: ['graph', 'models'],
  worker: ['training', 'interchange', 'executors', 'models', 'tasks', 'graph'],
  state: ['worker', 'models', 'tasks', 'training', 'interchange'],
  panels: ['state'],
  app: ['state', 'panels'],
};

const tests = '\\.test\\.tsx?$|^src/testing/';
const roomNames = Object.keys(rooms).join('|');

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} may import ${['foundation', ...allowed].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: tests },
  to: { path: '^src/', pathNot: `^src/(${['foundation', room, ...allowed].join('|')})/|^src/testing/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'every-file-has-a-room',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${roomNames}|testing)/` },
      to: {},
    },
    {
      name: 'tasks-know-only-types-of-graph',
      severity: 'error',
      from: { path: '^src/tasks/', pathNot: tests },
      to: { path: '^src/graph/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'state-talks-to-the-worker-through-client-and-protocol',
      severity: 'error',
      from: { path: '^src/state/', pathNot: tests },
      to: { path: '^src/worker/', pathNot: '^src/worker/(client|protocol)\\b' },
    },
    {
      name: 'state-reads-the-settings-of-training',
      comment:
        'The field table, for controls and addresses, and the experiments as data; training itself runs in the worker.',
      severity: 'error',
      from: { path: '^src/state/', pathNot: tests },
      to: {
        path: '^src/training/',
        pathNot: '^src/training/(config|experiments/(experiment|registry|report|result))\\.ts$',
      },
    },
    {
      name: 'state-packs-snapshots-and-nothing-else',
      comment: 'For the private file system. Weights leave and come back through the worker.',
      severity: 'error',
      from: { path: '^src/state/', pathNot: tests },
      to: { path: '^src/interchange/', pathNot: '^src/interchange/(safetensors|snapshots)\\.ts$' },
    },
    {
      name: 'state-knows-no-equations',
      comment: 'Of a model, state reads the metadata: fields, texts, registry.',
      severity: 'error',
      from: { path: '^src/state/', pathNot: tests },
      to: { path: '^src/models/.*/definition\\.ts$' },
    },
    {
      name: 'equations-and-tasks-use-no-package',
      comment:
        'foundation, graph, models and tasks are pure TypeScript: no tfjs, no DOM library. Tasks unpack files with fflate.',
      severity: 'error',
      from: { path: '^src/(foundation|graph|models|tasks)/', pathNot: tests },
      to: { path: 'node_modules', pathNot: 'node_modules/fflate/' },
    },
    {
      name: 'no-node-modules-in-the-page',
      comment: 'src runs in a browser.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^src/testing/' },
    },
    {
      name: 'e2e-sees-only-the-page',
      severity: 'error',
      from: { path: '^e2e/', pathNot: '^e2e/support/reference\\.ts$' },
      to: { path: '^(src|bench)/' },
    },
    {
      name: 'the-reference-knows-equations-and-samples',
      comment:
        'It says what the page should show, from the weights alone; so it must not share a line with what computes and draws it there.',
      severity: 'error',
      from: { path: '^e2e/support/reference\\.ts$' },
      to: {
        path: '^(src|bench)/',
        pathNot: '^src/((foundation|graph|models|tasks)/|training/(batches|run|run-config)\\.ts$)',
      },
    },
    {
      name: 'src-imports-only-src',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(e2e|bench|scripts)/' },
    },
    {
      name: 'only-packages-that-we-ask-for',
      comment: 'A package of a package may be gone after the next update.',
      severity: 'error',
      from: { path: '^(src|e2e|bench)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-the-page',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/generated/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/executors/wasm/(kernels|generated)/|^(dist|test-results)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'module', 'browser', 'default', 'types'],
    },
  },
};
