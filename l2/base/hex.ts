/** A `0x` string. Hashes and bytes are lower-case; addresses carry their checksum. */
export type Hex = string;

/** The bytes of a `0x` string. @throws TypeError where it is not one. */
export function fromHex(hex: Hex): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(hex)) {
    throw new TypeError(`"${hex.length > 80 ? `${hex.slice(0, 80)}…` : hex}" is not hexadecimal data, expected 0x….`);
  }
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}

/** The lower-case `0x` string of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}
