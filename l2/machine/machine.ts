import type { Common } from "@ethereumjs/common";
import { Hardfork, Mainnet, createCustomCommon } from "@ethereumjs/common";
import { type EVM, createEVM } from "@ethereumjs/evm";
import { RLP } from "@ethereumjs/rlp";
import { SimpleStateManager } from "@ethereumjs/statemanager";
import { type Address, createAddressFromString } from "@ethereumjs/util";
import { AbiCoder, ZeroAddress, concat, getCreateAddress } from "ethers";

import type { MessageStruct } from "../../types/ethers-contracts/execution/Interpreter.ts";
import { Interpreter__factory } from "../../types/ethers-contracts/factories/execution/Interpreter__factory.ts";
import { Precompiles__factory } from "../../types/ethers-contracts/factories/execution/Precompiles__factory.ts";
import type { BlockContext } from "../batch/encoding.ts";
import { type ChainConfig, MACHINE_SIZE } from "../config.ts";
import { type Hex, fromHex, toHex } from "../hex.ts";
import { keccak256 } from "../keccak.ts";
import { kzg } from "../kzg.ts";
import { type SignedTransaction, effectiveTip } from "../transaction.ts";

/** Gas of L1 that no machine of an allowed size can use up. */
const ENDLESS = 10n ** 15n;

/** What `Ending` of IInterpreter.sol says. */
const FINISHED = 1n;
const TOO_LARGE = 2n;

const INTERFACE = Interpreter__factory.createInterface();

/**
 * Whether L1 can run a transaction in a machine of the size that the chain allows, as L1 finds it out: by running it
 * there.
 * @param stateRoot The state before it.
 * @param witness What it reads of that state.
 */
export async function fitsMachine(
  config: ChainConfig,
  context: BlockContext,
  transaction: SignedTransaction,
  stateRoot: Hex,
  witness: Uint8Array,
  machineSize = MACHINE_SIZE,
): Promise<boolean> {
  const { evm, interpreter } = await open();
  const { signed } = transaction;
  const accessList = "accessList" in signed ? contentOf(RLP.encode(signed.accessList)) : new Uint8Array();
  const message = { ...messageOf(config, context, transaction, stateRoot), machineSize };
  const data = INTERFACE.encodeFunctionData("run", [message, signed.data, accessList, witness]);
  const { execResult } = await evm.runCall({ to: interpreter, data: fromHex(data), gasLimit: ENDLESS });
  if (execResult.exceptionError !== undefined) {
    const { error } = execResult.exceptionError;
    throw new Error(`Interpreter fails on ${transaction.hash} (${error} ${toHex(execResult.returnValue)}).`);
  }
  const [ending] = INTERFACE.decodeFunctionResult("run", execResult.returnValue) as unknown as [bigint];
  if (ending !== FINISHED && ending !== TOO_LARGE) throw new Error(`Interpreter ends with ${ending}.`);
  return ending === FINISHED;
}

function messageOf(
  config: ChainConfig,
  context: BlockContext,
  transaction: SignedTransaction,
  stateRoot: Hex,
): Omit<MessageStruct, "machineSize"> {
  const { from, to, nonce, value, gasLimit, signed } = transaction;
  const { chainId, baseFee } = config;
  const tip = effectiveTip(config, transaction);
  return {
    ...{ stateRoot, sender: from, to: to ?? getCreateAddress({ from, nonce }), creates: to === undefined },
    ...{ nonce, value, gasLimit, intrinsicGas: signed.getIntrinsicGas(), gasPrice: baseFee + tip, tip },
    ...{ coinbase: context.coinbase, number: context.number, timestamp: context.timestamp },
    ...{ randomness: 0n, blockGasLimit: config.gasLimit, chainId, baseFee, blobBaseFee: 1n },
    until: 0n,
  };
}

/** The items of an encoded list. */
function contentOf(list: Uint8Array): Uint8Array {
  const [first = 0xc0] = list;
  return list.slice(first > 0xf7 ? 1 + first - 0xf7 : 1);
}

/** The fork that the contracts are compiled for; any later one gives the same results. */
const L1: Common = createCustomCommon({ chainId: 1, name: "l1" }, Mainnet, {
  hardfork: Hardfork.Osaka,
  customCrypto: { keccak256, kzg },
});

let contracts: Promise<{ address: Address; code: Uint8Array }[]> | undefined;

/** An EVM of its own for each run: one does a single thing at a time. */
async function open(): Promise<{ evm: EVM; interpreter: Address }> {
  const evm = await createEVM({ common: L1, stateManager: new SimpleStateManager({ common: L1 }) });
  contracts ??= deploy();
  const deployed = await contracts;
  for (const { address, code } of deployed) await evm.stateManager.putCode(address, code);
  return { evm, interpreter: deployed[1]?.address ?? createAddressFromString(ZeroAddress) };
}

async function deploy(): Promise<{ address: Address; code: Uint8Array }[]> {
  const evm = await createEVM({ common: L1, stateManager: new SimpleStateManager({ common: L1 }) });
  const create = async (bytecode: string): Promise<{ address: Address; code: Uint8Array }> => {
    const { createdAddress, execResult } = await evm.runCall({ data: fromHex(bytecode), gasLimit: ENDLESS });
    if (createdAddress === undefined || execResult.exceptionError !== undefined) {
      throw new Error(`A contract of L1 cannot be created (${execResult.exceptionError?.error}).`);
    }
    return { address: createdAddress, code: execResult.returnValue };
  };
  const precompiles = await create(Precompiles__factory.bytecode);
  const parameters = AbiCoder.defaultAbiCoder().encode(["address"], [precompiles.address.toString()]);
  return [precompiles, await create(concat([Interpreter__factory.bytecode, parameters]))];
}
