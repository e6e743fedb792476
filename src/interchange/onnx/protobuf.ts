/** Small makers for the ONNX messages we write, over the generated protobuf definitions (onnx-buf). */
import { create } from '@bufbuild/protobuf';
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  TensorProto,
  TensorShapeProto_Dimension,
  ValueInfoProto,
} from 'onnx-buf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { DType, Shape } from '../../graph/types.ts';
import { elementCount } from '../../graph/types.ts';

export type AttributeValue = number | string | readonly number[] | GraphProto | { readonly float: number };

/** Integers become INT (lists INTS), `{ float }` FLOAT, text STRING, a graph GRAPH. */
function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if (Array.isArray(value))
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value as GraphProto });
}

export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    name: `${opType}:${outputs[0]!}`,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

const dataTypes = { f32: DataType.FLOAT, i32: DataType.INT32, i64: DataType.INT64 } as const;

/** A tensor with little-endian raw data. */
export function tensor(
  name: string,
  dtype: DType | 'i64',
  shape: Shape,
  data: ArrayLike<number>,
): TensorProto {
  const count = elementCount(shape);
  const raw = new DataView(new ArrayBuffer(count * (dtype === 'i64' ? 8 : 4)));
  for (let i = 0; i < count; i++) {
    if (dtype === 'i64') raw.setBigInt64(i * 8, BigInt(data[i]!), true);
    else if (dtype === 'i32') raw.setInt32(i * 4, data[i]!, true);
    else raw.setFloat32(i * 4, data[i]!, true);
  }
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[dtype],
    dims: shape.map(BigInt),
    rawData: new Uint8Array(raw.buffer),
  });
}

const dimension = (extent: number | string): TensorShapeProto_Dimension =>
  create(TensorShapeProto_DimensionSchema, {
    value:
      typeof extent === 'number'
        ? { case: 'dimValue', value: BigInt(extent) }
        : { case: 'dimParam', value: extent },
  });

/** What the inputs and outputs of every model are called, in words. */
const meanings: Readonly<Record<string, string>> = {
  tokens: 'token indices, from 0 to the vocabulary size − 1',
  x: 'input vectors: one-hot symbols, or the values of a series',
  logits: 'unnormalised log-probabilities of every symbol; softmax makes them probabilities',
  y: 'output vectors: unnormalised log-probabilities of symbols, or predicted values',
};

/** @param when the part of the sequence that it stands for */
export const meaningOf = (name: string, when: string): string => `${meanings[name] ?? name}; ${when}`;

/** Type of a graph input or output; a text stands for a dynamic extent. */
export function valueInfo(
  name: string,
  dtype: DType,
  shape: readonly (number | string)[],
  docString = '',
): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    docString,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: dataTypes[dtype],
          shape: {
            dim: shape.map(dimension),
          },
        },
      },
    },
  });
}
