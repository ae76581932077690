import { InvalidArgumentError } from "commander";
import { getAddress, isAddress } from "ethers";

import { address, integer, url, type Setting } from "./flags.ts";

/** Settings of every node of the peer network. */
export interface PeerSettings {
  peerHost: string;
  peerPort: number;
  peers: Record<string, string>;
  consensus: string;
  rpcHost: string;
  rpcPort?: number;
  rpcCors?: readonly string[];
}

export const PEER_SETTINGS: Setting<unknown>[] = [
  { name: "peer-host", value: "host", description: "address to listen on for peers", default: "127.0.0.1" },
  { name: "peer-port", value: "port", description: "port for peers", parse: integer(0, 65_535), required: true },
  {
    name: "peers",
    value: "list",
    description: "where the others are, sequencers by owner: <address>=<url>, separated by commas",
    parse: peerUrls,
    required: true,
  },
  {
    name: "consensus",
    value: "address",
    description: "address that the consensus layer signs with",
    parse: address,
    required: true,
  },
  { name: "rpc-host", value: "host", description: "address to listen on for users", default: "127.0.0.1" },
  {
    name: "rpc-port",
    value: "port",
    description: "port for users (Ethereum's JSON-RPC of the L2); none if absent",
    parse: integer(0, 65_535),
  },
  {
    name: "rpc-cors",
    value: "origins",
    description: "origins whose web pages may call it, separated by commas, or * for all; none if absent",
    parse: origins,
  },
];

/** Reads `<address>=<url>,…`. */
export function peerUrls(text: string): Record<string, string> {
  const entries = text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [name = "", where = ""] = part.trim().split(/=(.*)/s);
      if (!isAddress(name)) throw new InvalidArgumentError(`Expected <address>=<url>, got ${JSON.stringify(part)}.`);
      return [getAddress(name), url(where)] as const;
    });
  return Object.fromEntries(entries);
}

/** Reads `*`, or origins as browsers send them: `<scheme>://<host>[:<port>]`, without a path or a default port. */
export function origins(text: string): readonly string[] {
  return text.split(",").map((part) => {
    const origin = part.trim();
    const exact = URL.canParse(origin) && new URL(origin).origin === origin;
    if (origin !== "*" && !exact) {
      throw new InvalidArgumentError(`Expected * or origins like https://app.example, got ${JSON.stringify(origin)}.`);
    }
    return origin;
  });
}
