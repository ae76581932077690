/** The same work in Arbitrum's contracts, as `@arbitrum/nitro-contracts` publishes them compiled. */
import type { BaseContract, Signer } from "ethers";
import {
  AbiCoder,
  concat,
  id,
  keccak256,
  solidityPackedKeccak256,
  toBeHex,
  toUtf8Bytes,
  ZeroAddress,
  ZeroHash,
} from "ethers";

import type { Lab } from "../lab.ts";
import { attachPublished, deployPublished, gasOf, zeroDiscount } from "../lab.ts";

/** The package that ships the contracts. */
export const ARBITRUM = "@arbitrum/nitro-contracts";
const ARTIFACTS = `${ARBITRUM}/build/contracts/src`;
const NONE = `0x${"f".repeat(64)}`;
const ADD_64 = 0x7c;
const TYPE_I64 = 1;

function artifact(folder: string, name: string): string {
  return `${ARTIFACTS}/${folder}/${name}.sol/${name}.json`;
}

const POST_BATCH = "addSequencerL2BatchFromOrigin(uint256,bytes,uint256,address,uint256,uint256)";

interface Inboxes {
  readonly bridge: BaseContract;
  readonly inbox: BaseContract;
}

/** The bridge and the sequencer inbox, in which the chain's first message lies. The deployed ones stand behind proxies. */
async function deployInboxes(owner: Signer): Promise<Inboxes> {
  const poster = await owner.getAddress();
  const bridge = await deployPublished(owner, artifact("mocks", "BridgeUnproxied"));
  const inbox = await deployPublished(owner, artifact("mocks", "SequencerInboxStub"), [
    await bridge.getAddress(),
    poster,
    { delayBlocks: 5760, futureBlocks: 64, delaySeconds: 86400, futureSeconds: 3600 },
    117964,
    poster,
    false,
    false,
  ]);
  await gasOf(bridge, "setDelayedInbox", [await inbox.getAddress(), true]);
  await gasOf(bridge, "setSequencerInbox", [await inbox.getAddress()]);
  await gasOf(inbox, "addInitMessage", [10]);
  return { bridge, inbox };
}

/**
 * Posts a batch's data.
 *
 * @param sequence Its place in the inbox, 1 for the first.
 */
async function post({ inbox }: Inboxes, sequence: number, data: Uint8Array): Promise<number> {
  // The flag byte says that the data is compressed.
  const message = concat(["0x00", data]);
  return await gasOf(inbox, POST_BATCH, [sequence, message, sequence, ZeroAddress, sequence, sequence + 1]);
}

/** Gas of posting a batch's data to the sequencer inbox, which the honest path there takes for every batch. */
export async function postBatch({ signers: [owner] }: Lab, data: Uint8Array): Promise<number> {
  if (owner === undefined) throw new Error("The lab has no account");
  const inboxes = await deployInboxes(owner);
  await post(inboxes, 1, data);
  return await post(inboxes, 2, data);
}

const WASM_ROOT = id("wasm module root");
const CONFIRM_PERIOD = 45818;
const STAKE = 1n;

/** An assertion's state after so many messages; what it says of L2 blocks is not looked at before a challenge. */
function assertionState(messages: number) {
  const blockHash = messages === 0 ? ZeroHash : id(`block after ${messages}`);
  const globalState = { bytes32Vals: [blockHash, ZeroHash], u64Vals: [messages, 0] };
  return { globalState, machineStatus: 1, endHistoryRoot: ZeroHash };
}

const STATE_TYPE =
  "tuple(tuple(bytes32[2] bytes32Vals, uint64[2] u64Vals) globalState, uint8 machineStatus, bytes32 endHistoryRoot)";

function assertionHash(parent: string, messages: number, accumulator: string): string {
  const state = keccak256(AbiCoder.defaultAbiCoder().encode([STATE_TYPE], [assertionState(messages)]));
  return keccak256(concat([parent, state, accumulator]));
}

async function deployRollup(owner: Signer, { bridge, inbox }: Inboxes, manager: string): Promise<BaseContract> {
  const self = await owner.getAddress();
  const token = await deployPublished(owner, artifact("mocks", "TestWETH9"), ["Wrapped Ether", "WETH"]);
  const adminLogic = await deployPublished(owner, artifact("rollup", "RollupAdminLogic"));
  const userLogic = await deployPublished(owner, artifact("rollup", "RollupUserLogic"));
  const proxy = await deployPublished(owner, artifact("rollup", "RollupProxy"));
  const eventInbox = toBeHex(1, 20);
  await gasOf(bridge, "setDelayedInbox", [eventInbox, true]);
  await gasOf(bridge, "updateRollupAddress", [await proxy.getAddress()]);
  const config = {
    confirmPeriodBlocks: CONFIRM_PERIOD,
    stakeToken: await token.getAddress(),
    baseStake: STAKE,
    wasmModuleRoot: WASM_ROOT,
    owner: self,
    loserStakeEscrow: self,
    chainId: 10,
    chainConfig: "{}",
    minimumAssertionPeriod: 0,
    validatorAfkBlocks: 201600,
    miniStakeValues: [STAKE],
    sequencerInboxMaxTimeVariation: { delayBlocks: 5760, futureBlocks: 64, delaySeconds: 86400, futureSeconds: 3600 },
    layerZeroBlockEdgeHeight: 2 ** 26,
    layerZeroBigStepEdgeHeight: 2 ** 19,
    layerZeroSmallStepEdgeHeight: 2 ** 23,
    genesisAssertionState: assertionState(0),
    genesisInboxCount: 0,
    anyTrustFastConfirmer: ZeroAddress,
    numBigStepLevel: 1,
    challengeGracePeriodBlocks: 14400,
    bufferConfig: { threshold: 0, max: 0, replenishRateInBasis: 0 },
    dataCostEstimate: 0,
  };
  const contracts = {
    bridge: await bridge.getAddress(),
    sequencerInbox: await inbox.getAddress(),
    inbox: toBeHex(2, 20),
    outbox: toBeHex(3, 20),
    rollupEventInbox: eventInbox,
    challengeManager: manager,
    rollupAdminLogic: await adminLogic.getAddress(),
    rollupUserLogic: await userLogic.getAddress(),
    validatorWalletCreator: toBeHex(4, 20),
  };
  await gasOf(proxy, "initializeProxy", [config, contracts]);
  const address = await proxy.getAddress();
  await gasOf(adminLogic.attach(address), "setValidatorWhitelistDisabled", [true]);
  return userLogic.attach(address);
}

/** Gas of asserting a state after one more message of the inbox, by a validator whose stake is there. */
export async function assertState({ signers: [owner, validator] }: Lab, data: Uint8Array): Promise<number> {
  if (owner === undefined || validator === undefined) throw new Error("The lab has too few accounts");
  const inboxes = await deployInboxes(owner);
  const manager = toBeHex(5, 20);
  const rollup = (await deployRollup(owner, inboxes, manager)).connect(validator);
  const stakeToken = (await rollup.getFunction("stakeToken")()) as string;
  const token = attachPublished(validator, artifact("mocks", "TestWETH9"), stakeToken);
  await gasOf(token, "deposit", [{ value: STAKE }]);
  await gasOf(token, "approve", [await rollup.getAddress(), STAKE]);
  await gasOf(rollup, "newStake(uint256,address)", [STAKE, validator.address]);

  let gas = 0;
  let grandparent = ZeroHash;
  let accumulator = ZeroHash;
  for (const messages of [1, 2]) {
    if (messages > 1) await post(inboxes, messages - 1, data);
    const configData = {
      wasmModuleRoot: WASM_ROOT,
      requiredStake: STAKE,
      challengeManager: manager,
      confirmPeriodBlocks: CONFIRM_PERIOD,
      nextInboxPosition: messages,
    };
    const assertion = {
      beforeStateData: { prevPrevAssertionHash: grandparent, sequencerBatchAcc: accumulator, configData },
      beforeState: assertionState(messages - 1),
      afterState: assertionState(messages),
    };
    const parent = assertionHash(grandparent, messages - 1, accumulator);
    accumulator = (await inboxes.bridge.getFunction("sequencerInboxAccs")(messages - 1)) as string;
    const expected = assertionHash(parent, messages, accumulator);
    gas = await gasOf(rollup, "stakeOnNewAssertion", [assertion, expected]);
    gas += zeroDiscount(assertion.beforeStateData.sequencerBatchAcc, expected);
    grandparent = parent;
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
