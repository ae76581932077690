/** The same work in Arbitrum's contracts, as `@arbitrum/nitro-contracts` publishes them compiled. */
import type { BaseContract } from "ethers";
import { concat, id, keccak256, solidityPackedKeccak256, toBeHex, toUtf8Bytes, ZeroAddress, ZeroHash } from "ethers";

import type { Lab } from "../lab.ts";
import { deployPublished, gasOf } from "../lab.ts";

const ARTIFACTS = "@arbitrum/nitro-contracts/build/contracts/src";
const NONE = `0x${"f".repeat(64)}`;
const ADD_64 = 0x7c;
const TYPE_I64 = 1;

function artifact(folder: string, name: string): string {
  return `${ARTIFACTS}/${folder}/${name}.sol/${name}.json`;
}

/**
 * Gas of posting a batch's data to the sequencer inbox, which the honest path there takes for every batch.
 *
 * The package's inbox without a proxy is used: the deployed one costs a few thousand more.
 */
export async function postBatch({ signers: [owner] }: Lab, data: Uint8Array): Promise<number> {
  if (owner === undefined) throw new Error("The lab has no account");
  const bridge = await deployPublished(owner, artifact("mocks", "BridgeUnproxied"));
  const inbox = await deployPublished(owner, artifact("mocks", "SequencerInboxStub"), [
    await bridge.getAddress(),
    owner.address,
    { delayBlocks: 5760, futureBlocks: 64, delaySeconds: 86400, futureSeconds: 3600 },
    117964,
    owner.address,
    false,
    false,
  ]);
  await gasOf(bridge, "setDelayedInbox", [await inbox.getAddress(), true]);
  await gasOf(bridge, "setSequencerInbox", [await inbox.getAddress()]);
  await gasOf(inbox, "addInitMessage", [10]);
  const method = "addSequencerL2BatchFromOrigin(uint256,bytes,uint256,address,uint256,uint256)";
  let gas = 0;
  for (const sequence of [1, 2]) {
    // The flag byte says that the data is compressed.
    const message = concat(["0x00", data]);
    gas = await gasOf(inbox, method, [sequence, message, sequence, ZeroAddress, sequence, sequence + 1]);
  }
  return gas;
}

function valueHash(value: bigint): string {
  return solidityPackedKeccak256(["string", "uint8", "uint256"], ["Value:", TYPE_I64, value]);
}

/** A machine that is about to add two numbers, in a module of this one instruction. */
function addingMachine(): { hash: string; proof: string } {
  const operands = [2n, 3n];
  const stack = operands.reduce(
    (below, value) =>
      solidityPackedKeccak256(["string", "bytes32", "bytes32"], ["Value stack:", valueHash(value), below]),
    ZeroHash,
  );
  const instruction = concat([toBeHex(1, 1), toBeHex(ADD_64, 2), ZeroHash]);
  const code = keccak256(concat([toUtf8Bytes("Instructions:"), instruction]));
  const functions = solidityPackedKeccak256(["string", "bytes32"], ["Function:", code]);
  const memory = concat([toBeHex(0, 8), toBeHex(0, 8), ZeroHash]);
  const modulesRoot = keccak256(
    concat([
      toUtf8Bytes("Module:"),
      ZeroHash,
      keccak256(concat([toUtf8Bytes("Memory:"), memory])),
      ZeroHash,
      functions,
      ZeroHash,
      toBeHex(0, 4),
    ]),
  );
  const multistack = (active: string) =>
    solidityPackedKeccak256(["string", "bytes32", "bytes32", "bytes32"], ["multistack:", active, NONE, ZeroHash]);
  const globalState = id("global state");
  const counters = new Uint8Array(12);
  const hash = keccak256(
    concat([
      toUtf8Bytes("Machine running:"),
      multistack(stack),
      ZeroHash,
      multistack(ZeroHash),
      globalState,
      counters,
      NONE,
      modulesRoot,
    ]),
  );

  const emptyMultistack = concat([NONE, ZeroHash]);
  const emptyStack = concat([ZeroHash, ZeroHash]);
  const values = operands.map((value) => concat([toBeHex(TYPE_I64, 1), toBeHex(value, 32)]));
  const machine = concat([
    "0x00",
    concat([ZeroHash, toBeHex(operands.length, 32), ...values]),
    emptyMultistack,
    emptyStack,
    concat([ZeroHash, "0x00"]),
    emptyMultistack,
    globalState,
    counters,
    NONE,
    modulesRoot,
  ]);
  const module = concat([ZeroHash, memory, ZeroHash, functions, ZeroHash, toBeHex(0, 4)]);
  const emptyProof = "0x00";
  return { hash, proof: concat([machine, module, emptyProof, instruction, emptyProof, emptyProof]) };
}

/**
 * Gas of proving one WASM instruction, the last move of a dispute that has been bisected to it.
 *
 * The module has one function of one instruction, so that its Merkle proofs are empty: a real one costs more.
 */
export async function proveInstruction({ signers: [owner] }: Lab): Promise<number> {
  if (owner === undefined) throw new Error("The lab has no account");
  const provers: BaseContract[] = [];
  for (const name of ["OneStepProver0", "OneStepProverMemory", "OneStepProverMath"]) {
    provers.push(await deployPublished(owner, artifact("osp", name)));
  }
  const hostIo = await deployPublished(owner, artifact("osp", "OneStepProverHostIo"), [ZeroAddress]);
  const addresses = await Promise.all([...provers, hostIo].map((prover) => prover.getAddress()));
  const entry = await deployPublished(owner, artifact("osp", "OneStepProofEntry"), addresses);
  const { hash, proof } = addingMachine();
  const context = { maxInboxMessagesRead: 1, bridge: ZeroAddress, initialWasmModuleRoot: ZeroHash };
  return await gasOf(entry, "proveOneStep", [context, 0, hash, proof]);
}
