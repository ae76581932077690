import { expect } from "chai";
import { toQuantity } from "ethers";

import { alice, bob } from "../../../testkit/l2/fixtures.ts";
import { type RpcNode, openNode } from "../../../testkit/l2/rpc-node.ts";

const METHODS = ["eth_call", "eth_estimateGas"];
const REQUEST = { from: alice.address, to: bob.address, value: "0x1" };

describe("Calls as libraries send them", () => {
  let node: RpcNode;

  beforeEach(async () => {
    node = await openNode();
  });

  afterEach(() => node.close());

  it("takes overrides that override nothing, and says that it has no others", async () => {
    const override = { [alice.address]: { balance: "0x0" } };
    for (const method of METHODS) {
      const expected = await node.rpc(method, REQUEST);
      expect(expected.error).to.equal(undefined);
      for (const overrides of [[{}], [null], [{}, {}], [null, null], [{}, null]]) {
        expect(await node.rpc(method, REQUEST, "latest", ...overrides), method).to.deep.equal(expected);
      }
      const ofState = await node.rpc(method, REQUEST, "latest", override);
      expect(ofState.error).to.include({ code: -32602 });
      expect(ofState.error.message).to.match(/^invalid argument: params\[2\] is .* not supported$/);
      const ofBlock = await node.rpc(method, REQUEST, "latest", {}, { time: "0x1" });
      expect(ofBlock.error).to.deep.equal({
        code: -32602,
        message:
          'invalid argument: params[3] is {"time":"0x1"}, expected null or {}, as overrides of state and block are not supported',
      });
      for (const wrong of ["0x", [], 1]) {
        expect((await node.rpc(method, REQUEST, "latest", wrong)).error, method).to.include({ code: -32602 });
      }
    }
    const accesses = await node.rpc("eth_createAccessList", REQUEST, "latest", {});
    expect(accesses.result).to.deep.include({ accessList: [] });
  });

  it("runs the code that an account authorises to run, and counts the gas of that (EIP-7702)", async () => {
    const { chainId } = node.chain.config;
    const { address, nonce, signature } = await bob.authorize({ chainId, address: alice.address, nonce: 0 });
    const authorization = {
      ...{ chainId: toQuantity(chainId), address, nonce: toQuantity(nonce) },
      ...{ yParity: toQuantity(signature.yParity), r: signature.r, s: signature.s },
    };
    const plain = await node.rpc("eth_estimateGas", REQUEST);
    const authorized = await node.rpc("eth_estimateGas", { ...REQUEST, authorizationList: [authorization] });
    expect(authorized.error).to.equal(undefined);
    expect(BigInt(authorized.result as string) - BigInt(plain.result as string) >= 25_000n).to.equal(true);
    for (const [list, message] of [
      ["0x", /authorizationList/],
      [[{ ...authorization, r: "0x0" }], /authorizationList entry/],
      [Array.from({ length: 17 }, () => authorization), /at most 16/],
    ] as const) {
      const { error } = await node.rpc("eth_call", { ...REQUEST, authorizationList: list });
      expect(error).to.include({ code: -32602 });
      expect(error.message).to.match(message);
    }
  });

  it("takes a field that is null for one that is absent", async () => {
    const nothing = { gas: null, gasPrice: null, maxFeePerGas: null, nonce: null, data: null, input: null };
    const lists = [null, [{ address: bob.address, storageKeys: null }]];
    for (const method of METHODS) {
      for (const accessList of lists) {
        const full = await node.rpc(method, { to: bob.address, ...(accessList === null ? {} : { accessList }) });
        expect(full.error).to.equal(undefined);
        const nulls = { ...nothing, from: null, value: null, to: bob.address, accessList };
        expect(await node.rpc(method, nulls), method).to.deep.equal(full);
      }
      // Without a recipient it is init code: this gives back one byte.
      const create = await node.rpc(method, { data: "0x60015ff3" });
      expect(await node.rpc(method, { to: null, input: null, data: "0x60015ff3" })).to.deep.equal(create);
    }
  });

  it("refuses two fields for the data that differ", async () => {
    for (const method of METHODS) {
      const same = await node.rpc(method, { ...REQUEST, data: "0x1a", input: "0x1A" });
      expect(same.error).to.equal(undefined);
      const { error } = await node.rpc(method, { ...REQUEST, data: "0x1a", input: "0x2b" });
      expect(error).to.include({ code: -32602 });
      expect(error.message).to.equal('invalid argument: data is "0x1a", expected the same as input, or one of the two');
    }
  });
});
