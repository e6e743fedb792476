/**
 * MemNet: universal recurrent event memory (Dou and Principe, IJCNN 2023, arXiv 2307.15694).
 *
 * A first-in first-out buffer of key–value events; query, key, value and state are linear in the input and the last
 * state, and the only non-linearity is the similarity of the query to the stored keys. A reconstruction: the order of
 * read and write, the normalisation and the meaning of σ are switches (see about.ts). `sharedKeys` is an ablation of our own:
 * v = k, one buffer.
 */
import type { ValuesOf } from '../../foundation/fields.ts';
import type { GraphBuilder, Value } from '../../graph/builder.ts';
import type { Initializer } from '../../graph/types.ts';
import type { memnetFields } from './config.ts';

export type MemnetConfig = ValuesOf<typeof memnetFields> & {
  readonly inputSize: number;
  readonly outputSize: number;
};

const fromInput: Initializer = { kind: 'fanIn', scale: 1 };

export function memnetStep(g: GraphBuilder, config: MemnetConfig): void {
  const { inputSize, hiddenSize, keySize, outputSize, slots, sharedKeys } = config;
  const valueSize = sharedKeys ? keySize : config.valueSize;
  const x = g.input('x', [inputSize]);

  const learned = (name: string, width: number): { start?: Value } =>
    config.learnedInitialState
      ? { start: g.parameter(name, [width], { kind: 'normal', standardDeviation: 0.1 }) }
      : {};
  const hidden = g.state('hidden', [hiddenSize], {
    ...learned('initialHidden', hiddenSize),
    memory: { bank: 'hidden state', axes: ['unit'] },
  });
  const memory = { bank: 'slots', axes: ['slot'], order: 'newestFirst' } as const;
  const storedKeys = g.state('keys', [slots, keySize], { kind: 'fifo', memory });
  const storedValues = sharedKeys
    ? storedKeys
    : g.state('values', [slots, valueSize], { kind: 'fifo', memory });
  const count = g.state('count', [], { dtype: 'i32', memory: { bank: 'slots', axes: [] } });
  const lastContent = config.contentFeedback
    ? g.state('content', [valueSize], learned('initialContent', valueSize))
    : null;

  /** x_t W_input + h_{t−1} W_hidden [+ c_{t−1} W_content] + bias */
  const linear = (name: string, width: number, recurrent: Initializer): Value => {
    const terms = [
      g.matmul(x, g.parameter(`${name}.input`, [inputSize, width], fromInput)),
      g.matmul(hidden, g.parameter(`${name}.hidden`, [hiddenSize, width], recurrent)),
    ];
    if (lastContent && name !== 'state') {
      terms.push(
        g.matmul(
          lastContent,
          g.parameter(`${name}.content`, [valueSize, width], { kind: 'fanIn', scale: 0.5 }),
        ),
      );
    }
    return g.addAll(terms[0]!, ...terms.slice(1), g.parameter(`${name}.bias`, [width], { kind: 'zeros' }));
  };
  const query = linear('query', keySize, fromInput);
  const key = linear('key', keySize, fromInput);
  const value = sharedKeys ? key : linear('value', valueSize, fromInput);

  const nextKeys = g.push(storedKeys, key);
  const nextValues = sharedKeys ? nextKeys : g.push(storedValues, value);
  const nextCount = g.minimum(g.add(count, 1), slots);

  const visible =
    config.writeOrder === 'readFirst'
      ? { keys: storedKeys, values: storedValues, count }
      : { keys: nextKeys, values: nextValues, count: nextCount };
  const similarity = kernel(
    g,
    config,
    query,
    visible.keys,
    config.maskEmpty ? writtenSlots(g, visible.count, slots) : null,
  );
  const content = g.matmul(similarity, visible.values);

  const stateContent = g.parameter('state.content', [valueSize, hiddenSize], { kind: 'fanIn', scale: 0.5 });
  const nextHidden = g.add(
    linear('state', hiddenSize, { kind: 'orthogonal', gain: 0.95 }),
    g.matmul(lastContent ?? content, stateContent),
  );
  const y = g.addAll(
    g.matmul(nextHidden, g.parameter('output.hidden', [hiddenSize, outputSize], fromInput)),
    g.matmul(content, g.parameter('output.content', [valueSize, outputSize], fromInput)),
    g.parameter('output.bias', [outputSize], { kind: 'zeros' }),
  );

  g.output('y', y);
  g.next('hidden', nextHidden);
  g.next('keys', nextKeys);
  if (!sharedKeys) g.next('values', nextValues);
  g.next('count', nextCount);
  if (lastContent) g.next('content', content);

  g.tap('similarity', similarity, ['slot']);
  g.tap('content', content, ['value']);
  g.tap('queries', query, ['key']);
  g.tap('keys', key, ['key']);
  g.tap('values', value, ['value']);
  g.tap('hidden', nextHidden, ['hidden']);
}

/** 1 for slots that hold an event, else 0. */
function writtenSlots(g: GraphBuilder, count: Value, slots: number): Value {
  const index = g.constant(
    Array.from({ length: slots }, (_, i) => i),
    [slots],
    'i32',
  );
  return g.less(index, count);
}

/** Weights s_i of the read, newest slot first. */
function kernel(
  g: GraphBuilder,
  config: MemnetConfig,
  query: Value,
  keys: Value,
  written: Value | null,
): Value {
  if (config.kernel === 'softmaxDot') {
    return g.softmax(g.matmul(query, keys, { transposeB: true }), written ?? undefined);
  }
  const distance = g.squaredDistance(query, keys);
  const scale =
    config.kernel === 'gaussianMean' ? -config.sigma / config.keySize : -1 / (2 * config.sigma ** 2);
  const similarity = g.exp(g.multiply(distance, scale));
  const visible = written ? g.multiply(similarity, written) : similarity;
  return config.kernel === 'gaussianNormalized'
    ? g.divide(visible, g.add(g.sum(visible, [0], true), 1e-8))
    : visible;
}
