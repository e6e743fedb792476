/**
 * Operation codes and word positions of the instruction table, read by both sides: the compiler in TypeScript writes them,
 * the interpreter in AssemblyScript reads them. An instruction is a run of 32-bit words: code, length in bytes, operands.
 * Addresses, and strides unless said otherwise, are in bytes.
 */

// Elementwise: dims n0…n3 (2–5), out + 4 strides (6–10), a + 4 strides (11–15), b (16–20), c (21–25).
export const ADD = 1;
export const SUBTRACT = 2;
export const MULTIPLY = 3;
export const DIVIDE = 4;
export const MINIMUM = 5;
export const MAXIMUM = 6;
export const LESS = 7;
export const EQUAL = 8;
export const SELECT = 9;
export const TANH_GRADIENT = 10;
export const SIGMOID_GRADIENT = 11;
export const SILU_GRADIENT = 12;
export const GELU_GRADIENT = 13;
export const RELU_GRADIENT = 14;
export const SOFTPLUS_GRADIENT = 15;
export const ELU_GRADIENT = 16;
/** a · b + c */
export const MULTIPLY_ADD = 17;

export const ADD_INT = 20;
export const SUBTRACT_INT = 21;
export const MULTIPLY_INT = 22;
export const DIVIDE_INT = 23;
export const MINIMUM_INT = 24;
export const MAXIMUM_INT = 25;
export const LESS_INT = 26;
export const EQUAL_INT = 27;

export const COPY = 30;
export const NEGATE = 31;
export const EXP = 32;
export const LOG = 33;
export const SQRT = 34;
export const SQUARE = 35;
export const TANH = 36;
export const SIGMOID = 37;
export const SILU = 38;
export const GELU = 39;
export const RELU = 40;
export const SOFTPLUS = 41;
export const ELU = 42;
export const SINE = 43;
export const COSINE = 44;
export const FLOOR = 45;
export const TO_FLOAT = 46;
export const TO_INT = 47;
export const NEGATE_INT = 48;
export const SQUARE_INT = 49;

/** out (+)= factor · Σ a: elementwise dims, stride 0 of `out` on summed axes; 16 factor (f32), 17 whether to add to `out`. */
export const REDUCE = 50;

// Over the last axis: rows n0…n2 and length n3 as elementwise (strides 9, 14, 19 are 4 or unused); 26 epsilon (f32).
export const SOFTMAX = 60;
/** the mask is b */
export const SOFTMAX_MASKED = 61;
export const STANDARDIZE = 62;
export const RMS_NORMALIZE = 63;
export const L2_NORMALIZE = 64;
export const SOFTMAX_GRADIENT = 65;
export const STANDARDIZE_GRADIENT = 66;
export const RMS_NORMALIZE_GRADIENT = 67;
export const L2_NORMALIZE_GRADIENT = 68;
/** out [rows]; a logits, b targets */
export const CROSS_ENTROPY = 69;
/** out [rows, V]; a logits, b targets, c dLoss */
export const CROSS_ENTROPY_GRADIENT = 70;

/**
 * C = A · B (+ D). 2 A, 3 row and 4 column stride, 5 B, 6–7, 8 C, 9 row stride, 10 M, 11 N, 12 K, 13–14 batch extents, 15–16 batch
 * strides of A, 17–18 of B, 19–20 of C, 21 D (0: none), 22 row stride, 23–24 batch strides. Columns of C and D are contiguous.
 */
export const MATMUL = 80;
/** MATMUL with M = 1 */
export const ROW_MATMUL = 81;
/**
 * Batched over n0, n1 (2–3); 4 m, 5 N, 6 n. q: 7 address, 8–9 batch strides, 10 row stride; k: 11, 12–13, 14; distance: 15, 16–17,
 * 18; gradient out: 19, 20–21, 22; 23 whether to add to it. Rows are contiguous.
 */
export const SQUARED_DISTANCE = 82;
export const SQUARED_DISTANCE_GRADIENT_QUERY = 83;
export const SQUARED_DISTANCE_GRADIENT_KEYS = 84;

/** Rows n0, n1 (2–3) of width 4; out 5, 6–7; table 8, 9 batch stride (n0), 10 row stride; indices 11, 12–13; 14 rows of the table; 15 D (0: none), 16–17. */
export const GATHER = 90;
/** as GATHER: table rows += out rows */
export const SCATTER_ADD = 91;
/** n0…n2 (2–4), 5 depth; out 6, 7–9 strides; indices 10, 11–13 */
export const ONE_HOT = 92;

/** 2 address, 3 bytes */
export const FILL_ZERO = 100;
/** 2 address, 3 count, 4 address of an f64 that gets the sum */
export const SUM_TO_DOUBLE = 101;
/** 2 address, 3 count, 4 address of an f64 that gets the sum of squares */
export const SQUARES_TO_DOUBLE = 102;
