/** A small assembler, so that programs can be read, and cut down piece by piece. */

const NAMES: Readonly<Record<number, string>> = {
  0x00: "STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND",
  0x10: "LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR",
  0x20: "KECCAK256",
  0x30:
    "ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE " +
    "EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH",
  0x40: "BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH BLOBBASEFEE",
  0x50:
    "POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY " +
    Array.from({ length: 33 }, (_, size) => `PUSH${size}`).join(" "),
  0x80: Array.from({ length: 16 }, (_, index) => `DUP${index + 1}`).join(" "),
  0x90: Array.from({ length: 16 }, (_, index) => `SWAP${index + 1}`).join(" "),
  0xa0: "LOG0 LOG1 LOG2 LOG3 LOG4",
  0xf0: "CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2",
  0xfa: "STATICCALL",
  0xfd: "REVERT INVALID SELFDESTRUCT",
};

/** Opcodes of the fork, by name. */
export const OPCODES: ReadonlyMap<string, number> = new Map(
  Object.entries(NAMES).flatMap(([first, names]) =>
    names.split(" ").map((name, index) => [name, Number(first) + index] as const),
  ),
);

/** Where code that names an absent label jumps: behind its end. */
const NOWHERE = 0xffff;

/**
 * Turns text into code. Its words, separated by blanks, are names of opcodes; bytes in hexadecimal (`0x2a`), wherever
 * they stand; `:7`, a JUMPDEST with a label; `.7`, a label alone; and `@7`, two bytes with the place of a label.
 */
export function assemble(text: string): Uint8Array {
  const places = new Map<string, number>();
  const pieces: (Buffer | string)[] = [];
  let size = 0;
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const label = word.slice(1);
    if (word.startsWith(":") || word.startsWith(".")) places.set(label, size);
    if (word.startsWith(".")) continue;
    const piece = word.startsWith("@") ? label : bytesOf(word);
    pieces.push(piece);
    size += typeof piece === "string" ? 2 : piece.length;
  }
  return Buffer.concat(
    pieces.map((piece) => {
      if (typeof piece !== "string") return piece;
      const place = Buffer.alloc(2);
      place.writeUInt16BE(Math.min(places.get(piece) ?? NOWHERE, NOWHERE));
      return place;
    }),
  );
}

function bytesOf(word: string): Buffer {
  if (word.startsWith("0x")) return Buffer.from(word.slice(2), "hex");
  const opcode = OPCODES.get(word.startsWith(":") ? "JUMPDEST" : word);
  if (opcode === undefined) throw new Error(`${word} is no opcode`);
  return Buffer.of(opcode);
}

/** Text that pushes a number with the fewest bytes. */
export function push(value: bigint): string {
  if (value === 0n) return "PUSH0";
  const digits = value.toString(16);
  const bytes = digits.padStart(digits.length + (digits.length % 2), "0");
  return `PUSH${bytes.length / 2} 0x${bytes}`;
}
