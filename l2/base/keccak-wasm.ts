/**
 * The permutation keccak-f[1600] in WebAssembly, assembled here. WebAssembly has 64-bit integers, which makes it
 * several times as fast as libraries in JavaScript. The roots of a large batch take a million hashes.
 */

/** The permutation works on the first 200 bytes of the memory. */
export interface Permutation {
  readonly memory: Uint8Array;
  readonly permute: () => void;
}

/** The part of WebAssembly in use; Node has it, the types of ES2023 do not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly permute: () => void };
  };
};

const ROUNDS = 24;
/** Where the round constants lie in the memory. */
const CONSTANTS = 256;
const END = CONSTANTS + 8 * ROUNDS;

/** Local variables: the lanes of the state, the lanes after rho and pi, the columns, and the place of the constant. */
const A = 0;
const B = 25;
const C = 50;
const COUNTER = 55;

const I32 = { type: 0x7f, const: 0x41, add: 0x6a, less: 0x49 };
const I64 = { type: 0x7e, load: 0x29, store: 0x37, const: 0x42, and: 0x83, xor: 0x85, rotl: 0x89 };
const LOOP = 0x03;
const BRANCH_IF = 0x0d;
const BLOCK_END = 0x0b;
const EMPTY_BLOCK = 0x40;
const MINUS_ONE = 0x7f;

export function compilePermutation(): Permutation {
  const { memory, permute } = new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports;
  const view = new DataView(memory.buffer);
  for (const [round, constant] of roundConstants().entries()) view.setBigUint64(CONSTANTS + 8 * round, constant, true);
  return { memory: new Uint8Array(memory.buffer), permute };
}

function assemble(): Uint8Array {
  const locals = [2, ...[COUNTER, I64.type], ...[1, I32.type]];
  const body = [...locals, ...instructions(), BLOCK_END];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("permute"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function instructions(): number[] {
  const lanes = Array.from({ length: 25 }, (_, lane) => lane);
  return [
    ...lanes.flatMap((lane) => [...integer(0), I64.load, 3, ...unsigned(8 * lane), ...set(A + lane)]),
    ...[...integer(CONSTANTS), ...set(COUNTER)],
    ...[LOOP, EMPTY_BLOCK],
    ...round(),
    ...[...get(COUNTER), ...integer(8), I32.add, ...set(COUNTER)],
    ...[...get(COUNTER), ...integer(END), I32.less, BRANCH_IF, 0, BLOCK_END],
    ...lanes.flatMap((lane) => [...integer(0), ...get(A + lane), I64.store, 3, ...unsigned(8 * lane)]),
  ];
}

/** One round; lane (x, y) of the state is `A + x + 5 * y`. */
function round(): number[] {
  const code: number[] = [];
  for (let x = 0; x < 5; x++) {
    code.push(...get(A + x));
    for (let y = 1; y < 5; y++) code.push(...get(A + x + 5 * y), I64.xor);
    code.push(...set(C + x));
  }
  let [x, y, rotation] = [1, 0, 0];
  const rotations = new Map([[0, 0]]);
  for (let step = 1; step < 25; step++) {
    rotation = (rotation + step) % 64;
    rotations.set(x + 5 * y, rotation);
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  for (const [lane, bits] of rotations) {
    const [column, row] = [lane % 5, Math.floor(lane / 5)];
    code.push(...get(A + lane), ...get(C + ((column + 4) % 5)), I64.xor);
    code.push(...get(C + ((column + 1) % 5)), I64.const, 1, I64.rotl, I64.xor);
    code.push(I64.const, ...signed(bits), I64.rotl, ...set(B + row + 5 * ((2 * column + 3 * row) % 5)));
  }
  for (let lane = 0; lane < 25; lane++) {
    const row = lane - (lane % 5);
    const [next, second] = [row + ((lane + 1) % 5), row + ((lane + 2) % 5)];
    code.push(...get(B + lane), ...get(B + next), I64.const, MINUS_ONE, I64.xor, ...get(B + second), I64.and, I64.xor);
    code.push(...set(A + lane));
  }
  code.push(...get(A), ...get(COUNTER), I64.load, 3, 0, I64.xor, ...set(A));
  return code;
}

/** The constants of FIPS 202, which come from a linear feedback shift register. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit++) {
      if ((register & 1) === 1) constant |= 1n << BigInt(2 ** bit - 1);
      register = (register << 1) ^ (register >> 7 === 1 ? 0x171 : 0);
    }
    return constant;
  });
}

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const integer = (value: number): number[] => [I32.const, ...signed(value)];
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
