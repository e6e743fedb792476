/** The interpreter: runs a stretch of the instruction table, one kernel after the other, without going back to JavaScript. */
import * as op from "./opcodes";
import { squaredDistance, squaredDistanceGradientKeys, squaredDistanceGradientQuery } from "./distance";
import { binary, ternary, unary, word } from "./elementwise";
import { gather, oneHot, scatterAdd } from "./indices";
import { matmul, setMatmulScratch } from "./matmul";
import { rowMatmul } from "./matmul-rows";
import { adamw } from "./optimizer";
import { reduce, squaresToDouble, sumToDouble } from "./reduce";
import { rows } from "./rows";

export { adamw };
export { SCRATCH_BYTES as scratchBytes } from "./matmul";

/** Memory below this address holds constants of the module. */
export function firstFreeByte(): usize {
  return __heap_base;
}

/** `scratch`: memory that belongs to this instance alone. */
export function configure(scratch: usize): void {
  setMatmulScratch(scratch);
}

function elementwiseTwo(code: i32, p: usize): void {
  switch (code) {
    case op.ADD: return binary(op.ADD, p);
    case op.SUBTRACT: return binary(op.SUBTRACT, p);
    case op.MULTIPLY: return binary(op.MULTIPLY, p);
    case op.DIVIDE: return binary(op.DIVIDE, p);
    case op.MINIMUM: return binary(op.MINIMUM, p);
    case op.MAXIMUM: return binary(op.MAXIMUM, p);
    case op.LESS: return binary(op.LESS, p);
    case op.EQUAL: return binary(op.EQUAL, p);
    case op.SELECT: return ternary(op.SELECT, p);
    case op.TANH_GRADIENT: return binary(op.TANH_GRADIENT, p);
    case op.SIGMOID_GRADIENT: return binary(op.SIGMOID_GRADIENT, p);
    case op.SILU_GRADIENT: return binary(op.SILU_GRADIENT, p);
    case op.GELU_GRADIENT: return binary(op.GELU_GRADIENT, p);
    case op.RELU_GRADIENT: return binary(op.RELU_GRADIENT, p);
    case op.SOFTPLUS_GRADIENT: return binary(op.SOFTPLUS_GRADIENT, p);
    case op.ELU_GRADIENT: return binary(op.ELU_GRADIENT, p);
    case op.MULTIPLY_ADD: return ternary(op.MULTIPLY_ADD, p);
    case op.ADD_INT: return binary(op.ADD_INT, p);
    case op.SUBTRACT_INT: return binary(op.SUBTRACT_INT, p);
    case op.MULTIPLY_INT: return binary(op.MULTIPLY_INT, p);
    case op.DIVIDE_INT: return ternary(op.DIVIDE_INT, p);
    case op.MINIMUM_INT: return binary(op.MINIMUM_INT, p);
    case op.MAXIMUM_INT: return binary(op.MAXIMUM_INT, p);
    case op.LESS_INT: return binary(op.LESS_INT, p);
    case op.EQUAL_INT: return binary(op.EQUAL_INT, p);
    default: unreachable();
  }
}

function elementwiseOne(code: i32, p: usize): void {
  switch (code) {
    case op.COPY: return unary(op.COPY, p);
    case op.NEGATE: return unary(op.NEGATE, p);
    case op.EXP: return unary(op.EXP, p);
    case op.LOG: return unary(op.LOG, p);
    case op.SQRT: return unary(op.SQRT, p);
    case op.SQUARE: return unary(op.SQUARE, p);
    case op.TANH: return unary(op.TANH, p);
    case op.SIGMOID: return unary(op.SIGMOID, p);
    case op.SILU: return unary(op.SILU, p);
    case op.GELU: return unary(op.GELU, p);
    case op.RELU: return unary(op.RELU, p);
    case op.SOFTPLUS: return unary(op.SOFTPLUS, p);
    case op.ELU: return unary(op.ELU, p);
    case op.SINE: return unary(op.SINE, p);
    case op.COSINE: return unary(op.COSINE, p);
    case op.FLOOR: return unary(op.FLOOR, p);
    case op.TO_FLOAT: return unary(op.TO_FLOAT, p);
    case op.TO_INT: return unary(op.TO_INT, p);
    case op.NEGATE_INT: return unary(op.NEGATE_INT, p);
    case op.SQUARE_INT: return unary(op.SQUARE_INT, p);
    default: unreachable();
  }
}

function overRows(code: i32, p: usize): void {
  switch (code) {
    case op.SOFTMAX: return rows(op.SOFTMAX, p);
    case op.SOFTMAX_MASKED: return rows(op.SOFTMAX_MASKED, p);
    case op.STANDARDIZE: return rows(op.STANDARDIZE, p);
    case op.RMS_NORMALIZE: return rows(op.RMS_NORMALIZE, p);
    case op.L2_NORMALIZE: return rows(op.L2_NORMALIZE, p);
    case op.SOFTMAX_GRADIENT: return rows(op.SOFTMAX_GRADIENT, p);
    case op.STANDARDIZE_GRADIENT: return rows(op.STANDARDIZE_GRADIENT, p);
    case op.RMS_NORMALIZE_GRADIENT: return rows(op.RMS_NORMALIZE_GRADIENT, p);
    case op.L2_NORMALIZE_GRADIENT: return rows(op.L2_NORMALIZE_GRADIENT, p);
    case op.CROSS_ENTROPY: return rows(op.CROSS_ENTROPY, p);
    case op.CROSS_ENTROPY_GRADIENT: return rows(op.CROSS_ENTROPY_GRADIENT, p);
    default: unreachable();
  }
}

/** Runs the instructions from address `begin` up to `end`. */
export function execute(begin: usize, end: usize): void {
  for (let p = begin; p < end; p += word(p, 1)) {
    const code = word(p, 0);
    switch (code) {
      case op.REDUCE: reduce(p); break;
      case op.MATMUL: matmul(p); break;
      case op.ROW_MATMUL: rowMatmul(p); break;
      case op.SQUARED_DISTANCE: squaredDistance(p); break;
      case op.SQUARED_DISTANCE_GRADIENT_QUERY: squaredDistanceGradientQuery(p); break;
      case op.SQUARED_DISTANCE_GRADIENT_KEYS: squaredDistanceGradientKeys(p); break;
      case op.GATHER: gather(p); break;
      case op.SCATTER_ADD: scatterAdd(p); break;
      case op.ONE_HOT: oneHot(p); break;
      case op.FILL_ZERO: memory.fill(word(p, 2), 0, word(p, 3)); break;
      case op.SUM_TO_DOUBLE: sumToDouble(word(p, 2), word(p, 3), word(p, 4)); break;
      case op.SQUARES_TO_DOUBLE: squaresToDouble(word(p, 2), word(p, 3), word(p, 4)); break;
      default:
        if (code < op.COPY) elementwiseTwo(code, p);
        else if (code < op.REDUCE) elementwiseOne(code, p);
        else overRows(code, p);
    }
  }
}
