/** A model is told about its mistakes at the line that makes them. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.ts';

const zeros = { kind: 'zeros' } as const;

describe('parameters and inputs', () => {
  it('are made once for a name', () => {
    const g = new GraphBuilder();
    expect(g.parameter('w', [2], zeros)).toBe(g.parameter('w', [2], zeros));
    expect(g.input('x', [2])).toBe(g.input('x', [2]));
    expect(g.finish().nodes).toHaveLength(2);
  });

  it('cannot change their shape', () => {
    const g = new GraphBuilder();
    g.parameter('w', [2], zeros);
    g.input('x', [2]);
    expect(() => g.parameter('w', [3], zeros)).toThrow('parameter w was declared with another shape');
    expect(() => g.input('x', [3])).toThrow('input x was declared with another shape or type');
    expect(() => g.input('x', [2], 'i32')).toThrow('input x was declared with another shape or type');
  });

  it('can be fed with a computed value', () => {
    const g = new GraphBuilder();
    const hot = g.oneHot(g.input('tokens', [], 'i32'), 4);
    g.alias('x', hot);
    expect(g.input('x', [4])).toBe(hot);
    expect(() => g.input('x', [5])).toThrow('input x is fed with another shape');
  });
});

describe('states', () => {
  it('start at zero when nothing else is said', () => {
    const g = new GraphBuilder();
    g.next('h', g.state('h', [2]));
    const { states, nodes } = g.finish();
    expect(nodes[states[0]!.start]!.attributes).toEqual({ data: [0, 0] });
  });

  it('need exactly one next value of their type', () => {
    const g = new GraphBuilder();
    const h = g.state('h', [2]);
    expect(() => g.finish()).toThrow('state h has no next value');
    expect(() => g.next('other', h)).toThrow('no such state');
    expect(() => g.next('h', g.cast(h, 'i32'))).toThrow('type i32 differs');
    g.next('h', h);
    expect(() => g.next('h', h)).toThrow('given twice');
    expect(() => g.state('h', [2])).toThrow('state h was declared twice');
  });

  it('keep their shape in a token model, and may grow in a segment model', () => {
    const token = new GraphBuilder();
    token.state('h', [2]);
    expect(() => token.next('h', token.input('x', [3]))).toThrow('shape [3] differs');
    const segment = new GraphBuilder('segment', 3);
    segment.state('h', [2]);
    segment.next('h', segment.input('x', [3]));
    expect(segment.finish().states[0]!.shape).toEqual([2]);
  });

  it('cannot start from something that a sample changes', () => {
    const g = new GraphBuilder();
    const start = g.tanh(g.input('x', [2]));
    expect(() => g.state('h', [2], { start })).toThrow('must depend on parameters and constants only');
  });

  it('of kind fifo are advanced by one push onto themselves', () => {
    const g = new GraphBuilder();
    const memory = g.state('memory', [3, 2], { kind: 'fifo' });
    const row = g.input('x', [2]);
    const pushed = g.push(memory, row);
    expect(() => g.next('memory', g.multiply(pushed, 0.5))).toThrow('advanced by one push');
    expect(() => g.next('memory', g.push(pushed, row))).toThrow('advanced by one push');
    g.next('memory', pushed);
  });
});

describe('values', () => {
  it('of another graph are refused', () => {
    const g = new GraphBuilder();
    const other = new GraphBuilder();
    other.input('a', []);
    expect(() => g.tanh(other.input('x', [2]))).toThrow('belongs to another graph');
  });

  it('are unbatched when they depend on parameters and constants alone', () => {
    const g = new GraphBuilder();
    const weight = g.l2Normalize(g.parameter('w', [2], zeros), 1e-12);
    expect(weight.batched).toBe(false);
    expect(g.multiply(weight, g.input('x', [2])).batched).toBe(true);
  });

  it('take numbers as constants of the other side’s type, made once', () => {
    const g = new GraphBuilder();
    const count = g.input('n', [], 'i32');
    const a = g.add(count, 1);
    const b = g.multiply(count, 1);
    expect(a.dtype).toBe('i32');
    expect(a.inputs[1]).toBe(b.inputs[1]);
  });

  it('cannot be leaves made by name', () => {
    const g = new GraphBuilder();
    expect(() => g.apply('input', [], { name: 'x' })).toThrow('input is a leaf');
  });
});

describe('results', () => {
  it('have a name of their own', () => {
    const g = new GraphBuilder();
    const x = g.input('x', [2]);
    g.output('y', x);
    g.tap('y', x);
    expect(() => g.output('y', x)).toThrow('output y was given twice');
    expect(() => g.tap('y', x)).toThrow('tap y was given twice');
  });

  it('the loss is a scalar', () => {
    const g = new GraphBuilder();
    expect(() => g.loss(g.input('x', [2]))).toThrow('the loss must be a scalar');
  });
});

describe('shorthands', () => {
  const g = new GraphBuilder();
  const x = g.input('x', [2, 6]);

  it('split cuts the last axis into equal pieces', () => {
    const pieces = g.split(x, 3);
    expect(pieces.map(({ shape, attributes }) => [shape, attributes])).toEqual([
      [[2, 2], { begin: [0, 0], size: [2, 2] }],
      [[2, 2], { begin: [0, 2], size: [2, 2] }],
      [[2, 2], { begin: [0, 4], size: [2, 2] }],
    ]);
  });

  it('reshape, broadcast, cast and concat of one do nothing where nothing changes', () => {
    expect(g.reshape(x, [2, 6])).toBe(x);
    expect(g.broadcast(x, [2, 6])).toBe(x);
    expect(g.cast(x, 'f32')).toBe(x);
    expect(g.concat([x])).toBe(x);
  });
});
