import { getAddress, isAddress, isHexString } from "ethers";

import { asHex, type Hex } from "../../l2/base/hex.ts";
import { AgentError } from "../runtime/errors.ts";

/**
 * Reads code by address.
 *
 * @throws {AgentError} `CONFIG` naming the file and the entry that is malformed.
 */
export function readPredeploys(value: unknown, file: string): Record<string, Hex> {
  if (typeof value !== "object" || value === null) {
    throw new AgentError("CONFIG", `predeploys in ${file} is ${JSON.stringify(value)}; expected code by address`);
  }
  const entries = Object.entries(value).map(([account, code]): [string, Hex] => {
    if (!isAddress(account) || !isHexString(code)) {
      throw new AgentError("CONFIG", `predeploys.${account} in ${file} is no code of an address, in hexadecimal`);
    }
    return [getAddress(account), asHex(code)];
  });
  return Object.fromEntries(entries);
}
