import { createBlockHeaderFromRPC } from "@ethereumjs/block";
import { verifyMerkleProof } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { createAccountFromRLP } from "@ethereumjs/util";
import { expect } from "chai";
import {
  Contract,
  ContractFactory,
  type ContractTransactionReceipt,
  type EventLog,
  JsonRpcProvider,
  type Log,
  getBytes,
  getCreateAddress,
  id,
  keccak256,
  toBeHex,
  zeroPadValue,
} from "ethers";

import { RANDOMNESS } from "../../../l2/protocol/l2-transaction.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { chainCommon } from "../../../l2/evm/fork.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { contractOf } from "../../../testkit/l2-contracts.ts";
import { alice, bob, carol, config, mine, openChain } from "../../../testkit/l2/fixtures.ts";

/** Whatever JSON holds. */
type Json = ReturnType<typeof JSON.parse>;

const SUPPLY = 1_000_000n;
const TRANSFER = id("Transfer(address,address,uint256)");
const topicOf = (address: string): string => zeroPadValue(address.toLowerCase(), 32);

/** How a call failed, as ethers tells it. */
interface CallFailure {
  readonly code: string;
  readonly shortMessage: string;
  readonly revert: { readonly name: string; readonly args: readonly unknown[] } | null;
  readonly data: string | null;
}

async function failureOf(run: Promise<unknown>): Promise<CallFailure> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error("The call did not fail.");
  return error as CallFailure;
}

/** Init code that calls a contract with all of its gas and fails where that fails. */
function relay(to: string, data: string): string {
  const size = toBeHex(data.length / 2 - 1, 1).slice(2);
  return `0x60${size}602b5f395f5f60${size}5f5f73${to.slice(2)}5af16029575f5ffd5b00${data.slice(2)}`;
}

describe("JSON-RPC node with contracts", () => {
  let chain: Chain;
  let server: RpcServer;
  let provider: JsonRpcProvider;
  let token: Contract;

  beforeEach(async () => {
    chain = await openChain();
    server = new RpcServer({ chain, port: 0 });
    provider = new JsonRpcProvider(await server.listen(), undefined, { cacheTimeout: -1, pollingInterval: 20 });
    const { interface: abi, bytecode } = await contractOf("Token");
    const factory = new ContractFactory(abi, bytecode, alice.connect(provider));
    const deployed = await factory.deploy("Coffee", "CUP", alice.address, SUPPLY);
    await mine(chain, []);
    await deployed.waitForDeployment();
    token = new Contract(await deployed.getAddress(), abi, alice.connect(provider));
  });

  afterEach(async () => {
    provider.destroy();
    await server.close();
    await chain.close();
  });

  /** Sends a transaction to the token and puts it into a block. */
  async function send(method: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
    const sent = await token.getFunction(method).send(...args);
    await mine(chain, []);
    const receipt = await provider.getTransactionReceipt(sent.hash);
    return receipt as ContractTransactionReceipt;
  }

  it("[1] [4] creates a contract that an unchanged ethers wallet deploys", async () => {
    const address = await token.getAddress();
    const block = (await provider.getBlock(1, true))!;
    const [transaction] = block.prefetchedTransactions;
    expect(transaction).to.include({ to: null, from: alice.address });
    expect(address).to.equal(getCreateAddress({ from: alice.address, nonce: 0 }));
    const receipt = (await provider.getTransactionReceipt(transaction!.hash))!;
    expect(receipt).to.include({ contractAddress: address, to: null, status: 1 });
    expect(receipt.gasUsed).to.equal(chain.head.gasUsed);
    const [minted] = receipt.logs as [Log];
    expect(minted).to.include({ address, index: 0, transactionIndex: 0, blockHash: chain.head.hash });
    expect(minted.topics).to.deep.equal([TRANSFER, topicOf(`0x${"00".repeat(20)}`), topicOf(alice.address)]);
    expect(await token.getFunction("balanceOf")(alice.address)).to.equal(SUPPLY);
    expect(keccak256(await provider.getCode(address))).to.equal(
      (await (await chain.stateAt()).account(address))?.codeHash,
    );
    expect(await provider.getCode(address, 0), "in block 0").to.equal("0x");
  });

  it("[3] a block's hash commits to its receipts and their logs", async () => {
    await send("transfer", bob.address, 5n);
    const failed = await alice.connect(provider).sendTransaction({
      to: await token.getAddress(),
      data: token.interface.encodeFunctionData("transfer", [bob.address, SUPPLY]),
      gasLimit: 100_000n,
    });
    const transfer = await token.getFunction("transfer").send(carol.address, 7n, { nonce: 3 });
    const head = await mine(chain, []);
    const receipts = (await provider.send("eth_getBlockReceipts", ["latest"])) as Json[];
    expect(receipts.map(({ transactionHash, status }) => [transactionHash, status])).to.deep.equal([
      [failed.hash, "0x0"],
      [transfer.hash, "0x1"],
    ]);
    expect(receipts.map(({ logs }) => logs.length)).to.deep.equal([0, 1]);
    expect(receipts[0].contractAddress).to.equal(null);
    const shown = await provider.send("eth_getBlockByNumber", ["latest", false]);
    const header = createBlockHeaderFromRPC(shown, { common: chainCommon(config) });
    expect(Buffer.from(header.hash()).toString("hex")).to.equal(head.hash.slice(2));
    expect(shown.logsBloom).to.equal(receipts[1].logsBloom);
    expect(BigInt(shown.logsBloom)).to.not.equal(0n);
    expect(BigInt(receipts[0].logsBloom)).to.equal(0n);
  });

  it("calls a contract and tells what it was reverted with", async () => {
    const balanceOf = token.getFunction("balanceOf");
    await send("transfer", bob.address, 5n);
    expect(await balanceOf(bob.address)).to.equal(5n);
    expect(await balanceOf(bob.address, { blockTag: 1 })).to.equal(0n);
    const broke = await failureOf(token.getFunction("transfer").staticCall(bob.address, SUPPLY));
    expect(broke).to.have.property("code", "CALL_EXCEPTION");
    expect(broke.revert?.name).to.equal("ERC20InsufficientBalance");
    expect(broke.revert?.args).to.deep.equal([alice.address, SUPPLY - 5n, SUPPLY]);
    // revert("no") by hand: the selector of Error(string), then the string.
    const reason = `08c379a0${toBeHex(32, 32).slice(2)}${toBeHex(2, 32).slice(2)}6e6f${"00".repeat(30)}`;
    const revert = `0x6064600c60003960646000fd${reason}`;
    const said = await failureOf(provider.call({ data: revert }));
    expect(said).to.deep.include({ shortMessage: 'execution reverted: "no"', data: `0x${reason}` });
    const raw = (await server.handle({
      jsonrpc: "2.0",
      id: 1,
      method: "eth_call",
      params: [{ data: revert }],
    })) as Json;
    expect(raw.error).to.deep.equal({ code: 3, message: "execution reverted: no", data: `0x${reason}` });
    const broken = await server.handle({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ data: "0xfe" }] });
    expect((broken as Json).error).to.include({ code: -32000, message: "invalid opcode" });
    const overrides = [{ to: await token.getAddress() }, "latest", { [alice.address]: { balance: "0x0" } }];
    const overridden = await server.handle({ jsonrpc: "2.0", id: 1, method: "eth_call", params: overrides });
    expect((overridden as Json).error.code, "not passed over in silence").to.equal(-32602);
  });

  it("calls as any account, a contract too, and keeps nothing of it", async () => {
    const address = await token.getAddress();
    const data = token.interface.encodeFunctionData("transfer", [bob.address, 0n]);
    expect(BigInt(await provider.call({ from: address, to: address, data }))).to.equal(1n);
    // CALLER, BALANCE and GASPRICE of a call: the balance is the whole one.
    const asked = await provider.call({ from: bob.address, data: "0x333160005260206000f3" });
    expect(BigInt(asked)).to.equal(config.alloc[bob.address]);
    const create = await provider.call({ data: "0x60ff60005260206000f3" });
    expect(BigInt(create)).to.equal(255n);
    const transfer = token.interface.encodeFunctionData("transfer", [bob.address, 1n]);
    expect(BigInt(await provider.call({ from: alice.address, to: address, data: transfer }))).to.equal(1n);
    expect(await token.getFunction("balanceOf")(bob.address)).to.equal(0n);
  });

  it("estimates gas with which a call succeeds, and little less does not", async () => {
    const address = await token.getAddress();
    const data = token.interface.encodeFunctionData("transfer", [bob.address, 5n]);
    const request = { from: alice.address, to: address, data };
    const estimate = await provider.estimateGas(request);
    expect(BigInt(await provider.call({ ...request, gasLimit: estimate }))).to.equal(1n);
    const short = await failureOf(provider.call({ ...request, gasLimit: estimate - 1n }));
    expect(JSON.stringify(short)).to.contain("out of gas");
    expect((await send("transfer", bob.address, 5n)).gasUsed).to.equal(estimate);
    // A contract passes on 63 of 64 parts of its gas, so what it uses is not enough.
    const approve = token.interface.encodeFunctionData("approve", [bob.address, 5n]);
    const through = { from: alice.address, data: relay(address, approve) };
    const enough = await provider.estimateGas(through);
    expect(await provider.call({ ...through, gasLimit: enough })).to.equal("0x");
    await failureOf(provider.call({ ...through, gasLimit: enough - enough / 32n }));
    const sent = await alice.connect(provider).sendTransaction(through);
    await mine(chain, []);
    const used = (await provider.getTransactionReceipt(sent.hash))!;
    expect(used.status).to.equal(1);
    expect(used.gasUsed < enough, "less than what it needs").to.equal(true);
    await failureOf(provider.call({ ...through, gasLimit: used.gasUsed }));
    const broke = token.interface.encodeFunctionData("transfer", [bob.address, SUPPLY + 1n]);
    const failure = await failureOf(provider.estimateGas({ from: alice.address, to: address, data: broke }));
    expect(failure).to.have.property("code", "CALL_EXCEPTION");
    expect(token.interface.parseError(failure.data!)?.name).to.equal("ERC20InsufficientBalance");
    // JUMPDEST PUSH0 JUMP: without end.
    const endless = await failureOf(provider.estimateGas({ data: "0x5b5f56" }));
    expect(JSON.stringify(endless)).to.contain(`gas required exceeds allowance (${config.gasLimit})`);
  });

  it("finds logs by address, topics and blocks", async () => {
    const address = await token.getAddress();
    const filters = token.filters as unknown as Record<string, (...args: unknown[]) => never>;
    await send("transfer", bob.address, 1n);
    await send("transfer", carol.address, 2n);
    await send("approve", carol.address, 3n);
    const amounts = async (filter: never, ...range: number[]): Promise<unknown[]> => {
      const events = (await token.queryFilter(filter, ...range)) as EventLog[];
      return events.map(({ args }) => args[2] as unknown);
    };
    expect(await amounts(filters["Transfer"]!())).to.deep.equal([SUPPLY, 1n, 2n]);
    expect(await amounts(filters["Transfer"]!(alice.address))).to.deep.equal([1n, 2n]);
    expect(await amounts(filters["Transfer"]!(null, carol.address))).to.deep.equal([2n]);
    expect(await amounts(filters["Transfer"]!(null, [bob.address, carol.address]), 3)).to.deep.equal([2n]);
    expect(await amounts(filters["Transfer"]!(), 0, 2)).to.deep.equal([SUPPLY, 1n]);
    expect(await amounts(filters["Approval"]!())).to.deep.equal([3n]);
    const find = async (filter: Json): Promise<Json> => {
      const answer = await server.handle({ jsonrpc: "2.0", id: 1, method: "eth_getLogs", params: [filter] });
      return answer as Json;
    };
    const all = { fromBlock: "earliest", toBlock: "latest" };
    expect((await find({ ...all, address: [bob.address, address] })).result).to.have.length(4);
    expect((await find({ ...all, address: bob.address })).result).to.deep.equal([]);
    expect((await find({ ...all, topics: [[], topicOf(alice.address)] })).result).to.have.length(3);
    expect((await find({ ...all, topics: [null, null, null, TRANSFER] })).result).to.deep.equal([]);
    const { hash } = chain.head;
    const [approval] = (await find({ blockHash: hash })).result;
    expect(approval).to.include({ blockHash: hash, blockNumber: "0x4", logIndex: "0x0", removed: false });
    expect((await find({ blockHash: hash, fromBlock: "0x1" })).error.code).to.equal(-32602);
    expect((await find({ blockHash: id("none") })).error.code).to.equal(-32001);
    expect((await find({ topics: Array.from({ length: 5 }, () => null) })).error.code).to.equal(-32602);
    expect((await find({ fromBlock: "0x3", toBlock: "0x2" })).result).to.deep.equal([]);
    expect((await find({ fromBlock: "0x5", toBlock: "0x9999" })).result).to.deep.equal([]);
    const { base, head } = chain;
    expect(head.number - base.number).to.be.below(10_000);
  });

  it("refuses to look for logs in too many blocks at once", async () => {
    const block = chain.head;
    const many = {
      number: BigInt(block.number + 10_000),
      timestamp: BigInt(block.timestamp),
      coinbase: bob.address,
      randomness: RANDOMNESS,
    };
    const raw = await alice.signTransaction({
      ...{ chainId: config.chainId, to: bob.address, nonce: 1, gasLimit: 21_000, gasPrice: 2n * config.baseFee },
    });
    await chain.adoptBatch([{ context: many, raw: getBytes(raw) }], block.number);
    const { error } = (await server.handle({
      ...{ jsonrpc: "2.0", id: 1, method: "eth_getLogs" },
      params: [{ fromBlock: "0x1" }],
    })) as Json;
    expect(error).to.deep.equal({
      code: -32005,
      message: "block range of 10001 is too large, expected at most 10000",
    });
    const logs = await provider.getLogs({ fromBlock: 2, toBlock: "latest" });
    expect(logs, "numbers without a block are no hindrance").to.deep.equal([]);
  });

  it("proves storage against the state root of the block (EIP-1186)", async () => {
    await send("transfer", bob.address, 5n);
    const address = await token.getAddress();
    // The first slot of OpenZeppelin's ERC-20 maps owners to balances.
    const slot = keccak256(topicOf(bob.address) + "00".repeat(32));
    expect(BigInt(await provider.getStorage(address, slot))).to.equal(5n);
    expect(BigInt(await provider.getStorage(address, slot, 1))).to.equal(0n);
    const absent = id("absent");
    const proof = await provider.send("eth_getProof", [address, [slot, absent], "latest"]);
    const bytes = (nodes: string[]): Uint8Array[] => nodes.map((node) => getBytes(node));
    const account = await verifyMerkleProof(getBytes(keccak256(address)), bytes(proof.accountProof), {
      root: getBytes(chain.head.stateRoot),
    });
    const { storageRoot, codeHash } = createAccountFromRLP(account!);
    expect(Buffer.from(codeHash).toString("hex")).to.equal(keccak256(await provider.getCode(address)).slice(2));
    const [present, missing] = proof.storageProof;
    const value = await verifyMerkleProof(getBytes(keccak256(slot)), bytes(present.proof), { root: storageRoot });
    expect(RLP.decode(value)).to.deep.equal(Uint8Array.from([5]));
    expect(present.value).to.equal("0x5");
    expect(missing.value).to.equal("0x0");
    expect(await verifyMerkleProof(getBytes(keccak256(absent)), bytes(missing.proof), { root: storageRoot })).to.equal(
      null,
    );
  });

  it("lists what a call accesses, which makes it cheaper", async () => {
    const address = await token.getAddress();
    const request = { from: alice.address, data: relay(address, token.interface.encodeFunctionData("name")) };
    const { accessList, gasUsed, error } = await provider.send("eth_createAccessList", [request]);
    expect(error).to.equal(undefined);
    expect(accessList).to.have.length(1);
    expect(accessList[0].address).to.equal(address.toLowerCase());
    expect(accessList[0].storageKeys).to.not.be.empty;
    expect(await provider.estimateGas({ ...request, accessList })).to.satisfy((gas: bigint) => gas >= BigInt(gasUsed));
  });
});
