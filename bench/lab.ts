/** A fresh L1 in this process, and what every figure needs of it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { BaseContract, ContractFactory, getBytes } from "ethers";
import type { InterfaceAbi, Signer } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { createL1 } from "../testkit/system.ts";

const require = createRequire(import.meta.url);

/** A chain for one series of figures. */
export type Lab = Awaited<ReturnType<typeof openLab>>;

/** Opens a chain with the rules of the newest fork; its accounts have more ETH than any bond asks for. */
export async function openLab() {
  const connection = await createL1();
  tick(connection);
  const { ethers, networkHelpers } = connection;
  const signers = await ethers.getSigners();
  for (const signer of signers.slice(0, 2)) {
    await networkHelpers.setBalance(signer.address, 10n ** 24n);
  }
  return { connection, ethers, networkHelpers, signers };
}

/**
 * Lets each block come a second after the one before, however long the work in between takes: times are part of calldata,
 * and of what blocks hash to, and figures must not depend on them.
 */
function tick({ provider }: NetworkConnection): void {
  const request = provider.request.bind(provider);
  provider.request = async (asked) => {
    if (asked.method === "eth_sendTransaction" || asked.method === "eth_sendRawTransaction") {
      const { timestamp } = (await request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
        timestamp: string;
      };
      await request({ method: "evm_setNextBlockTimestamp", params: [Number(timestamp) + 1] });
    }
    return (await request(asked)) as unknown;
  };
}

/** Whether an npm package with another system's contracts is installed. */
export function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

interface Artifact {
  abi: InterfaceAbi;
  bytecode: string | { object: string };
}

function readArtifact(file: string): Artifact {
  const [scope = "", name = "", ...path] = file.split("/");
  const folder = require.resolve(`${scope}/${name}/package.json`).replace(/package\.json$/, "");
  return JSON.parse(readFileSync(folder + path.join("/"), "utf8")) as Artifact;
}

/**
 * Deploys a contract that an npm package ships compiled.
 *
 * @param signer Who deploys.
 * @param file The artifact, as `package/path.json`.
 * @param args Constructor arguments.
 */
export async function deployPublished(signer: Signer, file: string, args: unknown[] = []): Promise<BaseContract> {
  const { abi, bytecode } = readArtifact(file);
  const factory = new ContractFactory(abi, typeof bytecode === "string" ? bytecode : bytecode.object, signer);
  const contract = await factory.deploy(...args);
  return await contract.waitForDeployment();
}

/** A published contract that was deployed before. */
export function attachPublished(signer: Signer, file: string, address: string): BaseContract {
  return new BaseContract(address, readArtifact(file).abi, signer);
}

/**
 * Sends a transaction and waits for it.
 *
 * @returns The gas that it used, in total.
 */
export async function gasOf(contract: BaseContract, method: string, args: unknown[] = []): Promise<number> {
  const response = await contract.getFunction(method).send(...args);
  const receipt = await response.wait();
  if (receipt?.status !== 1) throw new Error(`${method} failed`);
  return Number(receipt.gasUsed);
}

/**
 * What zero bytes of hashes save as calldata, in gas. Hashes that depend on a chain's clock have another number of them in
 * every run: with this added, the figure does not.
 */
export function zeroDiscount(...hashes: readonly string[]): number {
  return hashes.reduce((sum, hash) => sum + 12 * getBytes(hash).filter((byte) => byte === 0).length, 0);
}

/**
 * The least that a transaction with this calldata costs: EIP-7623's floor.
 *
 * @param calldata The calldata in hexadecimal, with its prefix.
 * @returns In gas, the 21,000 of any transaction included.
 */
export function calldataFloor(calldata: string): number {
  const bytes = Buffer.from(calldata.slice(2), "hex");
  const zeroes = bytes.filter((byte) => byte === 0).length;
  return 21_000 + 10 * (zeroes + 4 * (bytes.length - zeroes));
}
