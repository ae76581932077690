import { verifyMerkleProof } from "@ethereumjs/mpt";
import { createAccountFromRLP } from "@ethereumjs/util";
import { expect } from "chai";
import { JsonRpcProvider, Transaction, Wallet, ZeroAddress, getBytes, parseEther, parseUnits } from "ethers";

import { keccakHex, keccakText } from "../../../l2/base/keccak.ts";
import type { Chain } from "../../../l2/chain/chain.ts";
import { RpcServer } from "../../../l2/rpc/server.ts";
import { alice, bob, carol, config, mine, openChain, transfer } from "../../../testkit/l2/fixtures.ts";
import type { Answer, Json } from "../../../testkit/l2/rpc-node.ts";

describe("JSON-RPC node", () => {
  let chain: Chain;
  let server: RpcServer;
  let url: string;
  let provider: JsonRpcProvider;

  beforeEach(async () => {
    chain = await openChain();
    server = new RpcServer({ chain, port: 0, maxBatch: 5, maxBodyBytes: 200_000 });
    url = await server.listen();
    provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
  });

  afterEach(async () => {
    provider.destroy();
    await server.close();
    await chain.close();
  });

  async function post(body: string): Promise<{ status: number; json: unknown }> {
    const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    const text = await response.text();
    return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
  }

  async function rpc(method: string, ...params: unknown[]): Promise<Answer> {
    const { json } = await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    return json as Answer;
  }

  it("[1] [2a] [4] serves an unchanged ethers wallet from sending to confirmation", async () => {
    const wallet = alice.connect(provider);
    const recipient = Wallet.createRandom().address;
    const sent = await wallet.sendTransaction({ to: recipient, value: parseEther("2.5") });
    expect(await provider.getTransactionCount(alice.address, "pending")).to.equal(1);
    expect((await provider.getTransaction(sent.hash))?.blockNumber).to.equal(null);
    expect(await provider.getTransactionReceipt(sent.hash)).to.equal(null);
    const waiting = sent.wait();
    const block = await mine(chain, []);
    const receipt = await waiting;
    expect(receipt?.status).to.equal(1);
    expect(receipt?.blockHash).to.equal(block.hash);
    expect(receipt?.gasUsed).to.equal(21_000n);
    expect(receipt?.fee).to.equal(21_000n * receipt!.gasPrice);
    expect(await provider.getBalance(recipient)).to.equal(parseEther("2.5"));
    expect(await provider.getBalance(recipient, 0)).to.equal(0n);
    expect(await provider.getBalance(alice.address)).to.equal(parseEther("9997.5") - receipt!.fee);
    expect(await provider.getTransactionCount(alice.address)).to.equal(1);
  });

  it("[4] shows blocks and transactions of all types as ethers signed them", async () => {
    const raws = [
      await transfer(alice, bob.address, 0, { type: 0 }),
      await transfer(bob, carol.address, 0, {
        type: 1,
        gasLimit: 30_000,
        accessList: [{ address: carol.address, storageKeys: [keccakText("slot")] }],
      }),
      await transfer(carol, alice.address, 0),
    ];
    const block = await mine(chain, raws);
    const shown = await provider.getBlock(1, true);
    expect(shown?.hash).to.equal(block.hash);
    expect(shown?.baseFeePerGas).to.equal(config.baseFee);
    expect(shown?.prefetchedTransactions.map(({ hash }) => hash)).to.have.members(block.transactionHashes);
    for (const raw of raws) {
      const found = await provider.getTransaction(keccakHex(raw));
      expect(found?.signature.serialized).to.equal(Transaction.from(raw).signature?.serialized);
      const { result } = await rpc("eth_getTransactionByHash", keccakHex(raw));
      const from = [alice, bob, carol][raws.indexOf(raw)]!.address.toLowerCase();
      expect(result.from).to.equal(from);
    }
    expect((await provider.getBlock(block.hash))?.number).to.equal(1);
    expect(await provider.getBlock(2)).to.equal(null);
    expect((await rpc("eth_getBlockReceipts", "0x1")).result).to.have.length(3);
    expect((await rpc("eth_getBlockTransactionCountByNumber", "latest")).result).to.equal("0x3");
    const second = (await rpc("eth_getTransactionByBlockNumberAndIndex", "0x1", "0x1")).result;
    expect(second.hash).to.equal(block.transactionHashes[1]);
    const receipts = await Promise.all(block.transactionHashes.map((hash) => provider.getTransactionReceipt(hash)));
    const gas = receipts.map((receipt) => receipt!.gasUsed);
    expect(receipts.map((receipt) => receipt!.cumulativeGasUsed)).to.deep.equal([
      gas[0]!,
      gas[0]! + gas[1]!,
      gas[0]! + gas[1]! + gas[2]!,
    ]);
  });

  it("[4] proves accounts against the state root of the block (EIP-1186)", async () => {
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    const proof = await provider.send("eth_getProof", [bob.address, ["0x0"], "latest"]);
    const block = await provider.send("eth_getBlockByNumber", ["latest", false]);
    const key = getBytes(keccakHex(bob.address));
    const value = await verifyMerkleProof(
      key,
      (proof.accountProof as string[]).map((node) => getBytes(node)),
      { root: getBytes(block.stateRoot) },
    );
    const account = createAccountFromRLP(value!);
    expect(account.balance).to.equal(BigInt(proof.balance));
    expect(account.balance).to.equal(parseEther("10001"));
    const absent = await provider.send("eth_getProof", [ZeroAddress, [], "0x1"]);
    const nothing = await verifyMerkleProof(
      getBytes(keccakHex(ZeroAddress)),
      (absent.accountProof as string[]).map((node) => getBytes(node)),
      {
        root: getBytes(block.stateRoot),
      },
    );
    expect(nothing).to.equal(null);
  });

  it("proposes fees, estimates gas and calls as wallets expect", async () => {
    const network = await provider.getNetwork();
    expect(network.chainId).to.equal(config.chainId);
    expect((await provider.getFeeData()).maxPriorityFeePerGas).to.equal(parseUnits("1", "gwei"));
    await mine(chain, [
      await transfer(alice, bob.address, 0, { maxPriorityFeePerGas: 7n }),
      await transfer(bob, alice.address, 0, { maxPriorityFeePerGas: 9n }),
      await transfer(carol, alice.address, 0, { maxPriorityFeePerGas: 8n }),
    ]);
    expect((await provider.getFeeData()).maxPriorityFeePerGas).to.equal(8n);
    expect(BigInt((await rpc("eth_gasPrice")).result)).to.equal(config.baseFee + 8n);
    const history = (await rpc("eth_feeHistory", "0x5", "latest", [0, 50, 100])).result;
    expect(history.oldestBlock).to.equal("0x0");
    expect(history.baseFeePerGas).to.have.length(3);
    expect(history.reward).to.deep.equal([
      ["0x0", "0x0", "0x0"],
      ["0x7", "0x8", "0x9"],
    ]);
    expect(await provider.estimateGas({ from: alice.address, to: bob.address, value: 1n })).to.equal(21_000n);
    const accessList = [{ address: bob.address, storageKeys: [keccakText("a"), keccakText("b")] }];
    expect(await provider.estimateGas({ to: bob.address, accessList })).to.equal(21_000n + 2_400n + 3_800n);
    expect(await provider.call({ to: bob.address, data: "0x1234" })).to.equal("0x");
    expect(await provider.call({ to: "0x0000000000000000000000000000000000000004", data: "0x1234" })).to.equal(
      "0x1234",
    );
    expect(await provider.getCode(bob.address)).to.equal("0x");
    expect(await provider.getStorage(bob.address, 0)).to.equal(`0x${"00".repeat(32)}`);
    expect(await provider.getLogs({ fromBlock: 0, toBlock: "latest" })).to.deep.equal([]);
    for (const [method, expected] of [
      ["eth_syncing", false],
      ["eth_accounts", []],
      ["net_version", "1088"],
      ["net_listening", true],
      ["web3_clientVersion", "metis-l2/0.1.0"],
      ["eth_chainId", "0x440"],
    ] as const) {
      expect((await rpc(method)).result, method).to.deep.equal(expected);
    }
    expect((await rpc("web3_sha3", "0x68656c6c6f")).result).to.equal(keccakText("hello"));
  });

  it("refuses what the L2 does not execute, in words that libraries recognise", async () => {
    await mine(chain, [await transfer(alice, bob.address, 0)]);
    const rejects = async (raw: string, code: string, words: string) => {
      const { error } = await rpc("eth_sendRawTransaction", raw);
      expect(error.code, words).to.equal(-32003);
      expect(error.data.code).to.equal(code);
      expect(error.message).to.match(new RegExp(`^${words}`));
    };
    await rejects(await transfer(alice, bob.address, 0), "NONCE_TOO_LOW", "nonce too low");
    await rejects(await transfer(alice, bob.address, 1, { data: "0x01" }), "GAS_TOO_LOW", "intrinsic gas too low");
    await rejects(
      await transfer(alice, bob.address, 1, { value: parseEther("10000") }),
      "INSUFFICIENT_FUNDS",
      "insufficient funds for gas",
    );
    const creation = await alice.signTransaction({
      chainId: config.chainId,
      nonce: 1,
      gasLimit: 1_000_000,
      gasPrice: 2e9,
      data: `0x${"00".repeat(49_153)}`,
    });
    await rejects(creation, "INIT_CODE_TOO_LARGE", "max initcode size exceeded");
    const wallet = alice.connect(provider);
    const expectCode = async (run: Promise<unknown>, code: string) => {
      const error = await run.then(
        () => undefined,
        (thrown: unknown) => thrown as { code: string },
      );
      expect(error?.code).to.equal(code);
    };
    await expectCode(wallet.sendTransaction({ to: bob.address, nonce: 0, gasLimit: 21_000 }), "NONCE_EXPIRED");
    await wallet.sendTransaction({ to: bob.address, nonce: 1, value: 1n });
    await expectCode(
      wallet.sendTransaction({ to: bob.address, nonce: 1, value: 2n, gasLimit: 21_000 }),
      "REPLACEMENT_UNDERPRICED",
    );
    const { error } = await rpc("eth_estimateGas", { data: creation });
    expect(error.message).to.match(/^max initcode size exceeded/);
  });

  it("answers malformed requests with the codes of JSON-RPC", async () => {
    const code = (json: unknown) => (json as { error: { code: number } }).error.code;
    expect(code((await post("{")).json)).to.equal(-32700);
    const bare = { jsonrpc: "2.0", id: 1, method: "eth_chainId" };
    for (const params of [undefined, null, []]) {
      const { json } = await post(JSON.stringify({ ...bare, params }));
      expect(json, String(params)).to.include({ result: "0x440" });
    }
    for (const params of [{}, "0x1", 0])
      expect(code((await post(JSON.stringify({ ...bare, params }))).json)).to.equal(-32602);
    expect(code((await post("[]")).json)).to.equal(-32600);
    expect(code((await post("1")).json)).to.equal(-32600);
    expect(code((await post(JSON.stringify({ id: 1, method: "eth_chainId" }))).json)).to.equal(-32600);
    expect((await rpc("eth_nothing")).error.code).to.equal(-32601);
    expect((await rpc("toString")).error.code).to.equal(-32601);
    expect((await rpc("eth_getBalance", "0x12", "latest")).error.code).to.equal(-32602);
    expect((await rpc("eth_getBalance", bob.address, "newest")).error.message).to.match(/params|block is "newest"/);
    expect((await rpc("eth_getBlockByNumber", "0x01", false)).error.code).to.equal(-32602);
    expect((await rpc("eth_getBlockByNumber", "0x1", "yes")).error.code).to.equal(-32602);
    expect((await rpc("eth_getBalance", bob.address, "0x99")).error.code).to.equal(-32001);
    expect((await rpc("eth_chainId", 1)).error.code).to.equal(-32602);
    expect((await rpc("eth_sendRawTransaction", "0xzz")).error.code).to.equal(-32602);
    const large = await post(
      JSON.stringify({ jsonrpc: "2.0", id: 1, method: "web3_sha3", params: ["0x" + "00".repeat(100_000)] }),
    );
    expect(large.status).to.equal(413);
    expect(code(large.json)).to.equal(-32005);
  });

  it("gives every request its own id back, or refuses it", async () => {
    const ask = async (id: string) => (await post(`{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`)).json as Json;
    for (const id of ['"a"', "0", "-7", "1.5", "9007199254740991", "null"]) {
      expect(await ask(id), id).to.deep.equal({ jsonrpc: "2.0", id: JSON.parse(id), result: "0x440" });
    }
    // Each would come back as another one.
    for (const id of ["9007199254740993", "-9007199254740993", "1e400", "{}", "[1]", "true"]) {
      const answer = await ask(id);
      expect(answer.id, id).to.equal(null);
      expect(answer.error.code, id).to.equal(-32600);
    }
  });

  it("survives parameters that are nested deeply", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const { json } = await post(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[${deep}]}`);
    expect((json as Answer).error).to.deep.equal({
      code: -32602,
      message: "invalid argument: params[0] is nested too deeply, expected an object",
    });
  });

  it("takes JSON alone, which a browser does not send to other origins unasked", async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
    const send = async (type: string | undefined): Promise<{ status: number; json: Json }> => {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const response = await fetch(url, { method: "POST", body: new TextEncoder().encode(body), headers });
      return { status: response.status, json: await response.json() };
    };
    for (const type of ["application/json", "application/json; charset=utf-8", "application/json-rpc"]) {
      expect((await send(type)).json.result, type).to.equal("0x440");
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", undefined]) {
      const found = type ?? "missing";
      const message = `The content type is ${found}, expected application/json.`;
      expect(await send(type), found).to.deep.equal({
        status: 415,
        json: { jsonrpc: "2.0", id: null, error: { code: -32600, message } },
      });
    }
  });

  it("answers batches in order, leaves out notifications and limits their number", async () => {
    const call = (id: number | undefined, method: string) => ({ jsonrpc: "2.0", id, method });
    const { json } = await post(
      JSON.stringify([call(1, "eth_chainId"), call(undefined, "eth_chainId"), call(3, "no")]),
    );
    expect((json as { id: number }[]).map(({ id }) => id)).to.deep.equal([1, 3]);
    const silent = await post(JSON.stringify([call(undefined, "eth_chainId")]));
    expect(silent).to.deep.equal({ status: 204, json: undefined });
    const many = await post(JSON.stringify(Array.from({ length: 6 }, (_, id) => call(id, "eth_chainId"))));
    expect((many.json as { error: { code: number } }).error.code).to.equal(-32005);
  });
});
