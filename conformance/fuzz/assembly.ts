/** A small assembler, so that programs can be read, and cut down piece by piece. */
import { opcode } from "../../l2/evm/opcodes.ts";

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
  return Buffer.of(opcode(word.startsWith(":") ? "JUMPDEST" : word));
}

/** Text that pushes a number with the fewest bytes. */
export function push(value: bigint): string {
  if (value === 0n) return "PUSH0";
  const digits = value.toString(16);
  const bytes = digits.padStart(digits.length + (digits.length % 2), "0");
  return `PUSH${bytes.length / 2} 0x${bytes}`;
}
